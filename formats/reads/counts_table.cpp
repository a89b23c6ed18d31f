#include "formats/reads/counts_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <unordered_map>

#include "formats/error.hpp"
#include "formats/reads/table_text_internal.hpp"

namespace wellsieve::formats::reads {
namespace {

enum class Kind { sample, id, gene, barcode, strain, scaffold, position, text };

const std::map<std::string, Kind, std::less<>> known_titles = {
    {"sgrna", Kind::id},
    {"sgrnaid", Kind::id},
    {"guide", Kind::id},
    {"guideid", Kind::id},
    {"id", Kind::id},
    {"feature", Kind::id},
    {"name", Kind::id},
    {"constructids", Kind::id},
    {"constructid", Kind::id},
    {"rowbarcodeids", Kind::id},
    {"gene", Kind::gene},
    {"genes", Kind::gene},
    {"genesymbol", Kind::gene},
    {"target", Kind::gene},
    {"strain", Kind::strain},
    {"strainid", Kind::strain},
    {"mutant", Kind::strain},
    {"scaffold", Kind::scaffold},
    {"scaffoldid", Kind::scaffold},
    {"chromosome", Kind::scaffold},
    {"chrom", Kind::scaffold},
    {"chr", Kind::scaffold},
    {"contig", Kind::scaffold},
    {"replicon", Kind::scaffold},
    {"position", Kind::position},
    {"pos", Kind::position},
    {"barcode", Kind::barcode},
    {"sequence", Kind::barcode},
    {"constructbarcode", Kind::barcode},
    {"rowbarcode", Kind::barcode},
};

class Reader {
  public:
    Reader(const std::string& path, std::string_view text, const std::vector<std::string>& wanted)
        : rows_(path, text, owned_), wanted_(wanted) {
        table_.path = path;
    }

    CountsTable read() {
        read_titles();
        std::vector<std::string_view> cells;
        while (rows_.next(cells))
            add_row(cells);
        if (table_.ids.empty())
            throw FormatError(table_.path, "", "holds no counts");
        by_sample();
        if (const auto without = std::count(table_.genes.begin(), table_.genes.end(), "");
            has_genes_ && without > 0)
            table_.notes.push_back(without == 1 ? "1 row has no gene"
                                                : fmt::format("{} rows have no gene", without));
        return std::move(table_);
    }

  private:
    void read_titles() {
        std::vector<std::string_view> titles;
        if (!rows_.next(titles))
            throw FormatError(table_.path, "", "holds no counts");
        Rows ahead = rows_;
        std::vector<std::string_view> row;
        ahead.next(row);
        if (row.size() == titles.size() + 1)
            titles.insert(titles.begin(), std::string_view());
        for (std::size_t i = 0; i < titles.size(); ++i)
            add_column(titles[i], i < row.size() ? row[i] : std::string_view());
        if (table_.samples.empty())
            throw FormatError(
                table_.path, "line 1",
                "no column of counts: a title line, then a line a barcode, is wanted, parted by tabs, "
                "commas or semicolons");
        if (std::find(kinds_.begin(), kinds_.end(), Kind::id) == kinds_.end()) {
            // Without an id the barcode, the strain, or the first column of text, names the row.
            const auto barcode = std::find(kinds_.begin(), kinds_.end(), Kind::barcode);
            const auto strain = std::find(kinds_.begin(), kinds_.end(), Kind::strain);
            const auto text = std::find(kinds_.begin(), kinds_.end(), Kind::text);
            if (barcode == kinds_.end() && strain == kinds_.end() && text == kinds_.end())
                throw FormatError(table_.path, "line 1",
                                  "no column of names, such as sgRNA, guide, id or barcode");
            if (barcode == kinds_.end() && strain == kinds_.end())
                *text = Kind::id;
        }
    }

    void add_column(std::string_view title, std::string_view first_cell) {
        const auto known = known_titles.find(plain_key(title));
        Kind kind = known != known_titles.end()    ? known->second
                    : is_sample(title, first_cell) ? Kind::sample
                                                   : Kind::text;
        if (kind != Kind::sample && kind != Kind::text &&
            std::find(kinds_.begin(), kinds_.end(), kind) != kinds_.end())
            kind = Kind::text;
        kinds_.push_back(kind);
        titles_.emplace_back(title);
        if (kind == Kind::gene)
            has_genes_ = true;
        if (kind == Kind::text && !title.empty())
            table_.notes.push_back(fmt::format("column '{}' is not used", title));
        if (kind != Kind::sample)
            return;
        if (std::find(table_.samples.begin(), table_.samples.end(), title) != table_.samples.end())
            throw FormatError(table_.path, "line 1", fmt::format("two columns are called '{}'", title));
        table_.samples.emplace_back(title);
    }

    bool is_sample(std::string_view title, std::string_view first_cell) const {
        if (wanted_.empty())
            return !title.empty() && !std::isnan(number_or_nan(first_cell));
        return std::find(wanted_.begin(), wanted_.end(), title) != wanted_.end();
    }

    /// Cells without a title would stand under that of another column.
    void refuse_further_cells(const std::vector<std::string_view>& cells) const {
        for (std::size_t i = kinds_.size(); i < cells.size(); ++i)
            if (!cells[i].empty())
                fail("", fmt::format("has {} cells, and the title line {}; each column needs a title",
                                     cells.size(), kinds_.size()));
    }

    void add_row(const std::vector<std::string_view>& cells) {
        refuse_further_cells(cells);
        std::string id;
        std::string gene;
        std::string barcode;
        std::string strain;
        std::string scaffold;
        for (std::size_t i = 0; i < kinds_.size(); ++i) {
            const std::string_view cell = i < cells.size() ? cells[i] : std::string_view();
            if (kinds_[i] == Kind::id)
                id = cell;
            else if (kinds_[i] == Kind::gene)
                gene = cell;
            else if (kinds_[i] == Kind::barcode)
                barcode = cell;
            else if (kinds_[i] == Kind::strain)
                strain = cell;
            else if (kinds_[i] == Kind::scaffold)
                scaffold = cell;
            else if (kinds_[i] == Kind::position)
                table_.positions.push_back(number_or_nan(cell));
            else if (kinds_[i] == Kind::sample)
                counts_.push_back(count_of(cell, titles_[i]));
        }
        if (id.empty())
            id = barcode.empty() ? strain : barcode;
        if (id.empty())
            fail("", "has no name");
        const auto [known, is_new] = seen_.emplace(id, rows_.number());
        if (!is_new)
            fail("", fmt::format("'{}' stands in line {} already", id, known->second));
        table_.ids.push_back(std::move(id));
        table_.genes.push_back(std::move(gene));
        table_.barcodes.push_back(std::move(barcode));
        table_.strains.push_back(std::move(strain));
        if (!table_.positions.empty())
            table_.scaffolds.push_back(std::move(scaffold));
    }

    std::uint32_t count_of(std::string_view cell, const std::string& title) const {
        const double value = number_or_nan(cell);
        if (std::isnan(value))
            fail(title, cell.empty() ? "is empty, a count is wanted" : fmt::format("'{}' is no count", cell));
        if (!(value >= 0) || value != std::floor(value) || value > std::numeric_limits<std::uint32_t>::max())
            fail(title, fmt::format("'{}' is no count: whole numbers as sequenced are wanted, none that were "
                                    "normalised",
                                    cell));
        return static_cast<std::uint32_t>(value);
    }

    /// Rows came feature by feature.
    void by_sample() {
        const std::size_t samples = table_.samples.size();
        const std::size_t features = table_.ids.size();
        table_.counts.resize(counts_.size());
        for (std::size_t f = 0; f < features; ++f)
            for (std::size_t s = 0; s < samples; ++s)
                table_.counts[s * features + f] = counts_[f * samples + s];
    }

    [[noreturn]] void fail(std::string_view column, std::string_view what) const {
        throw FormatError(table_.path,
                          fmt::format("line {}{}", rows_.number(),
                                      column.empty() ? "" : fmt::format(", column '{}'", column)),
                          what);
    }

    std::deque<std::string> owned_;
    Rows rows_;
    const std::vector<std::string>& wanted_;
    CountsTable table_;
    std::vector<Kind> kinds_;
    std::vector<std::string> titles_;
    std::vector<std::uint32_t> counts_;  ///< [feature][sample]
    std::unordered_map<std::string, std::size_t> seen_;
    bool has_genes_ = false;
};

}  // namespace

CountsTable parse_counts_table(const std::string& path, std::string_view text,
                               const std::vector<std::string>& wanted) {
    return Reader(path, text, wanted).read();
}

CountsTable read_counts_table(const std::string& path, const std::vector<std::string>& wanted) {
    const std::string text = whole_text(path);
    return parse_counts_table(path, text, wanted);
}

}  // namespace wellsieve::formats::reads
