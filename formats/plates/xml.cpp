#include "formats/plates/xml_internal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "formats/error.hpp"

namespace wellsieve::formats::plates {
namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 18;
constexpr std::size_t longest_piece = std::size_t{8} << 20;  // a row of 16,384 cells is a fifth of it
constexpr unsigned parse_options = pugi::parse_escapes | pugi::parse_cdata | pugi::parse_fragment |
                                   pugi::parse_ws_pcdata_single | pugi::parse_embed_pcdata;

void parse(pugi::xml_document& document, char* begin, std::size_t size, std::string_view path,
           std::string_view part) {
    const auto result = document.load_buffer_inplace(begin, size, parse_options, pugi::encoding_utf8);
    if (!result)
        throw FormatError(path, fmt::format("part {}", part),
                          fmt::format("is not well-formed XML ({}); export it again", result.description()));
}

bool ends_name(char c) {
    return c == '>' || c == '/' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct Tag {
    std::size_t begin = std::string_view::npos;  ///< of '<'
    std::size_t end = std::string_view::npos;    ///< behind '>'
    bool empty = false;                          ///< "<row/>"
};

/// The next start tag ("<row …>", "<x:row …>"), or end tag, with that local name.
Tag find_tag(std::string_view xml, std::string_view name, bool closing, std::size_t from) {
    for (std::size_t at = xml.find(name, from); at != std::string_view::npos; at = xml.find(name, at + 1)) {
        if (at + name.size() >= xml.size() || !ends_name(xml[at + name.size()]))
            continue;
        std::size_t open = at;
        if (open > 0 && xml[open - 1] == ':')
            for (--open; open > 0 && xml[open - 1] != '<' && xml[open - 1] != '/' && at - open < 32;)
                --open;
        const bool is_closing = open > 1 && xml[open - 1] == '/' && xml[open - 2] == '<';
        const bool is_opening = open > 0 && xml[open - 1] == '<';
        if (closing ? !is_closing : !is_opening)
            continue;
        const std::size_t end = xml.find('>', at);
        if (end == std::string_view::npos)
            break;
        return {open - (closing ? 2 : 1), end + 1, xml[end - 1] == '/'};
    }
    return {};
}

Tag find_last_close(std::string_view xml, std::string_view name, std::size_t from) {
    constexpr std::size_t longest_prefix = 40;
    const std::size_t last = xml.rfind(name);
    return find_tag(xml, name, true, std::max(from, last - std::min(last, longest_prefix)));
}

}  // namespace

std::string_view local_name(const char* name) {
    const char* colon = std::strchr(name, ':');
    return colon != nullptr ? colon + 1 : name;
}

pugi::xml_node child_named(pugi::xml_node parent, std::string_view name) {
    for (pugi::xml_node child : parent.children())
        if (local_name(child.name()) == name)
            return child;
    return {};
}

std::string text_of(pugi::xml_node element) {
    std::string text = element.value();
    for (pugi::xml_node child : element.children())
        if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata)
            text += child.value();
    return text;
}

void parse_part(pugi::xml_document& document, std::string& xml, std::string_view path,
                std::string_view part) {
    parse(document, xml.data(), xml.size(), path, part);
}

void for_each_item(std::string& xml, ItemPath names, std::string_view path, std::string_view part,
                   const std::function<void(pugi::xml_node)>& visit) {
    const Tag container = find_tag(xml, names.container, false, 0);
    if (container.begin == std::string_view::npos || container.empty)
        return;
    const Tag close = find_last_close(xml, names.container, container.end);
    if (close.begin == std::string_view::npos)
        throw FormatError(path, fmt::format("part {}", part),
                          fmt::format("ends before </{}>; export it again", names.container));
    pugi::xml_document document;
    for (std::size_t at = container.end; at < close.begin;) {
        const std::size_t enough = at + piece_bytes;
        std::size_t end = close.begin;
        if (enough < close.begin)
            end = std::min(find_tag(xml, names.item, true, enough).end, close.begin);
        if (end - at > longest_piece)
            throw FormatError(path, fmt::format("part {}", part),
                              fmt::format("has a {} that is longer than any export's", names.item));
        parse(document, xml.data() + at, end - at, path, part);
        for (pugi::xml_node item : document.children())
            if (local_name(item.name()) == names.item)
                visit(item);
        at = end;
    }
}

}  // namespace wellsieve::formats::plates
