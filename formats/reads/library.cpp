#include "formats/reads/library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "formats/error.hpp"
#include "formats/reads/table_text_internal.hpp"

namespace wellsieve::formats::reads {
namespace {

constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
constexpr std::size_t least_bases = 4;  // of a cell that is taken for a barcode by its letters
constexpr std::string_view separators = ";:+|_-";

// What the columns are called, by this program and others; the first that a file has counts.
constexpr std::array barcode_titles = {"barcode",          "sequence",       "seq",
                                       "barcodesequence",  "guidesequence",  "sgrnasequence",
                                       "grnasequence",     "targetsequence", "sgrnatargetsequence",
                                       "constructbarcode", "rowbarcode",     "protospacersequence",
                                       "spacer",           "guideseq",       "protospacer"};
constexpr std::array first_titles = {"barcode1", "sequence1", "seq1", "guidesequence1", "sgrnasequence1"};
constexpr std::array second_titles = {"barcode2", "sequence2", "seq2", "guidesequence2", "sgrnasequence2"};
constexpr std::array id_titles = {
    "id",      "guide",        "guideid",   "sgrna",         "sgrnaid", "sgrnaname", "constructid",
    "oligoid", "constructids", "barcodeid", "rowbarcodeids", "uid",     "name"};
constexpr std::array strain_titles = {"strain", "strainid", "mutant"};
constexpr std::array gene_titles = {"gene",
                                    "genesymbol",
                                    "targetgenesymbol",
                                    "annotatedgenesymbol",
                                    "genename",
                                    "targetgene",
                                    "target",
                                    "locustag",
                                    "locus",
                                    "genes",
                                    "geneid"};

constexpr std::array scaffold_titles = {"scaffold", "scaffoldid", "chromosome", "chrom",
                                        "chr",      "contig",     "replicon"};
constexpr std::array position_titles = {"position", "pos", "begin", "start", "genebegin", "genestart"};

/// Which column is what.
struct Columns {
    std::size_t barcode = none;
    std::size_t second = none;
    std::size_t id = none;
    std::size_t strain = none;
    std::size_t gene = none;
    std::size_t scaffold = none;
    std::size_t position = none;
};

using Cells = std::vector<std::string_view>;

template <typename Titles>
std::size_t column_of(const std::vector<std::string>& keys, const Titles& titles) {
    for (const auto* title : titles) {
        const auto found = std::find(keys.begin(), keys.end(), title);
        if (found != keys.end())
            return static_cast<std::size_t>(found - keys.begin());
    }
    return none;
}

bool looks_like_bases(std::string_view cell) {
    std::size_t bases = 0;
    for (const char c : cell) {
        const bool base = std::string_view("ACGTUNacgtun").find(c) != std::string_view::npos;
        if (!base && separators.find(c) == separators.npos)
            return false;
        bases += base;
    }
    return bases >= least_bases;
}

std::size_t column_of_bases(const Cells& cells) {
    const auto found = std::find_if(cells.begin(), cells.end(), looks_like_bases);
    return found == cells.end() ? none : static_cast<std::size_t>(found - cells.begin());
}

/// From the title line, and where it does not name the barcode, from the first row.
Columns titled_columns(const Cells& titles, const Cells& row) {
    std::vector<std::string> keys;
    for (const std::string_view title : titles)
        keys.push_back(plain_key(title));
    Columns columns;
    columns.second = column_of(keys, second_titles);
    columns.barcode =
        columns.second == none ? column_of(keys, barcode_titles) : column_of(keys, first_titles);
    if (columns.barcode == none)
        columns.barcode = column_of_bases(row);
    columns.id = column_of(keys, id_titles);
    columns.strain = column_of(keys, strain_titles);
    columns.gene = column_of(keys, gene_titles);
    columns.scaffold = column_of(keys, scaffold_titles);
    columns.position = column_of(keys, position_titles);
    if (columns.id == columns.barcode)
        columns.id = none;
    return columns;
}

/// Without titles: the barcode by its letters, then id and gene as they come.
Columns untitled_columns(const Cells& row) {
    Columns columns;
    columns.barcode = column_of_bases(row);
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (i == columns.barcode)
            continue;
        if (columns.id == none)
            columns.id = i;
        else if (columns.gene == none)
            columns.gene = i;
    }
    return columns;
}

/// A library in the making.
class Reader {
  public:
    Reader(std::string path, std::string text) {
        library_.path = std::move(path);
        library_.texts.push_back(std::move(text));
    }

    Library read() {
        if (text().starts_with('>'))
            read_fasta();
        else
            read_table();
        if (library_.entries.empty())
            throw FormatError(library_.path, "", "holds no barcodes");
        name_joined();
        name_shared_ids();
        library_.paired = library_.entries.front().first_part > 0;
        for (std::size_t i = 0; i < library_.entries.size(); ++i)
            if ((library_.entries[i].first_part > 0) != library_.paired)
                fail(lines_[i],
                     fmt::format("is {} pair of barcodes, as line {} is {}", library_.paired ? "no" : "a",
                                 lines_.front(), library_.paired ? "one" : "none"));
        note_lengths();
        if (changed_letters_ > 0)
            library_.notes.push_back(
                {0, changed_letters_ == 1
                        ? "1 barcode is in lower case or has U for T"
                        : fmt::format("{} barcodes are in lower case or have U for T", changed_letters_)});
        return std::move(library_);
    }

  private:
    std::string_view text() const { return library_.texts.front(); }

    void read_table() {
        Rows rows(library_.path, text(), library_.texts);
        Cells first;
        if (!rows.next(first))
            return;
        Rows ahead = rows;
        Cells second;
        ahead.next(second);
        const Columns titled = titled_columns(first, second);
        const bool has_titles = column_of_bases(first) == none && titled.barcode != none;
        if (has_titles && second.empty())
            return;
        const Columns columns = has_titles ? titled : untitled_columns(first);
        if (columns.barcode == none)
            throw FormatError(
                library_.path, "line 1",
                "no column of barcodes: a column titled 'barcode' or 'sequence' is wanted, or one of A, "
                "C, G and T");
        if (!has_titles)
            add_row(rows.number(), first, columns);
        while (rows.next(first))
            add_row(rows.number(), first, columns);
    }

    void read_fasta() {
        Lines lines(text());
        std::string_view line;
        std::string_view id;
        std::string bases;
        std::size_t header = 0;
        const auto finish = [&] {
            if (header > 0)
                add(header, id, library_.texts.emplace_back(std::move(bases)), {}, {}, {});
            bases.clear();
        };
        while (lines.next(line)) {
            if (!line.starts_with('>')) {
                bases += line;
                continue;
            }
            finish();
            header = lines.number();
            id = line.substr(1, line.find_first_of(" \t") - 1);
        }
        finish();
    }

    void add_row(std::size_t line, const Cells& cells, const Columns& columns) {
        const auto cell = [&](std::size_t column) {
            return column < cells.size() ? cells[column] : std::string_view();
        };
        std::string_view second = columns.second == none ? std::string_view() : cell(columns.second);
        if (columns.second != none && second.empty())
            fail(line, "the second barcode of the pair is missing");
        const bool is_new = add(line, cell(columns.id), cell(columns.barcode), second, cell(columns.strain),
                                cell(columns.gene));
        if (is_new && columns.position != none)
            library_.places.push_back({cell(columns.scaffold), number_or_nan(cell(columns.position))});
    }

    /// Whether the barcode was not there yet.
    bool add(std::size_t line, std::string_view id, std::string_view barcode, std::string_view second,
             std::string_view strain, std::string_view gene) {
        ++library_.rows;
        LibraryEntry entry{id, {}, strain, gene, 0};
        const std::size_t cut = barcode.find_first_of(separators);
        if (second.empty() && cut != barcode.npos) {
            second = barcode.substr(cut + 1);
            barcode = barcode.substr(0, cut);
        }
        if (!second.empty()) {
            entry.first_part = static_cast<std::uint32_t>(barcode.size());
            barcode = library_.texts.emplace_back(std::string(barcode) + std::string(second));
        }
        entry.barcode = in_upper_case(line, barcode);
        const auto [known, is_new] = rows_.try_emplace(entry.barcode, library_.entries.size());
        if (is_new) {
            library_.entries.push_back(entry);
            lines_.push_back(static_cast<std::uint32_t>(line));
        } else {
            join(line, known->second, entry);
        }
        return is_new;
    }

    /// The barcode in A, C, G, T; in its place, for the text is ours.
    std::string_view in_upper_case(std::size_t line, std::string_view barcode) {
        if (barcode.empty())
            fail(line, "has no barcode");
        bool changed = false;
        char* const letters = const_cast<char*>(barcode.data());
        for (std::size_t i = 0; i < barcode.size(); ++i) {
            const char upper = static_cast<char>(std::toupper(static_cast<unsigned char>(letters[i])));
            const char base = upper == 'U' ? 'T' : upper;
            if (base != 'A' && base != 'C' && base != 'G' && base != 'T')
                fail(line, fmt::format("barcode '{}' holds '{}': only A, C, G and T can be looked for",
                                       barcode, letters[i]));
            changed = changed || base != letters[i];
            letters[i] = base;
        }
        changed_letters_ += changed;
        return barcode;
    }

    /// A second row of a barcode: reads cannot tell which of the two they are of.
    void join(std::size_t line, std::size_t index, const LibraryEntry& again) {
        const LibraryEntry& entry = library_.entries[index];
        const auto [known, is_first] = joined_.try_emplace(index);
        Names& names = known->second;
        if (is_first)
            names = {std::string(entry.id), std::string(entry.strain), std::string(entry.gene)};
        const auto append = [](std::string& all, std::string_view name) {
            if (!name.empty() && all != name)
                all.append(";").append(name);
        };
        append(names.id, again.id);
        append(names.strain, again.strain);
        append(names.gene, again.gene);
        library_.notes.push_back(
            {line, fmt::format("'{}' has the same barcode as line {}: the two are counted as one",
                               again.id.empty() ? again.barcode : again.id, lines_[index])});
    }

    void name_joined() {
        const auto keep = [&](std::string& name) -> std::string_view {
            return library_.texts.emplace_back(std::move(name));
        };
        for (auto& [index, names] : joined_) {
            LibraryEntry& entry = library_.entries[index];
            entry.id = keep(names.id);
            entry.strain = keep(names.strain);
            entry.gene = keep(names.gene);
        }
    }

    /// Barcodes of several lengths are often a slip in the table.
    void note_lengths() {
        std::map<std::size_t, std::size_t> lengths;
        for (const LibraryEntry& entry : library_.entries)
            ++lengths[entry.barcode.size()];
        if (lengths.size() < 2)
            return;
        constexpr std::size_t shown = 5;
        std::string text;
        std::size_t listed = 0;
        for (const auto& [length, count] : lengths)
            if (++listed <= shown)
                text += fmt::format("{}{} of {} bases", text.empty() ? "" : ", ", count, length);
        library_.notes.push_back(
            {0, fmt::format("barcodes are of several lengths: {}{}", text, listed > shown ? " …" : "")});
    }

    /// Ids must be unique; those that are not are what several barcodes stand for.
    void name_shared_ids() {
        std::unordered_set<std::string_view> ids;
        ids.reserve(library_.entries.size());
        const bool unique =
            std::all_of(library_.entries.begin(), library_.entries.end(),
                        [&](const LibraryEntry& e) { return !e.id.empty() && ids.insert(e.id).second; });
        if (unique)
            return;
        for (LibraryEntry& entry : library_.entries) {
            if (entry.strain.empty())
                entry.strain = entry.id;
            entry.id = entry.barcode;
        }
    }

    [[noreturn]] void fail(std::size_t line, std::string_view what) const {
        throw FormatError(library_.path, fmt::format("line {}", line), what);
    }

    struct Names {
        std::string id, strain, gene;
    };

    Library library_;
    std::unordered_map<std::string_view, std::size_t> rows_;
    std::unordered_map<std::size_t, Names> joined_;  ///< of the entries that several rows are
    std::vector<std::uint32_t> lines_;
    std::size_t changed_letters_ = 0;
};

}  // namespace

Library parse_library(const std::string& path, std::string text) {
    return Reader(path, std::move(text)).read();
}

Library read_library(const std::string& path) {
    return parse_library(path, whole_text(path));
}

}  // namespace wellsieve::formats::reads
