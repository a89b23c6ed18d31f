#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <pugixml.hpp>

namespace wellsieve::formats::plates {

/// A name without its namespace prefix: "x:row" → "row". Which prefix stands for the spreadsheet's namespace
/// is the writer's choice.
std::string_view local_name(const char* name);

/// The first child with that local name; null when there is none.
pugi::xml_node child_named(pugi::xml_node parent, std::string_view name);

/// The text of an element, its CDATA sections included; child elements are left out.
std::string text_of(pugi::xml_node element);

/// Parses a whole part, which `xml` must outlive. Throws FormatError with the part as its place.
void parse_part(pugi::xml_document& document, std::string& xml, std::string_view path, std::string_view part);

/// Calls `visit` with each `item` element that stands in the first `container` element of `xml`, in order.
/// Works through the text in pieces and in place, so that the memory of the parsed tree stays small; text of
/// visited elements points into `xml` and stays valid with it. Throws FormatError.
struct ItemPath {
    std::string_view container;  ///< "sheetData"
    std::string_view item;       ///< "row"
};
void for_each_item(std::string& xml, ItemPath names, std::string_view path, std::string_view part,
                   const std::function<void(pugi::xml_node)>& visit);

}  // namespace wellsieve::formats::plates
