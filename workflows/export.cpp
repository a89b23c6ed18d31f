#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>
#include <sstream>

#include "formats/atomic_file.hpp"
#include "formats/error.hpp"
#include "formats/results/csv.hpp"
#include "formats/results/h5ad.hpp"
#include "formats/results/result_reader.hpp"
#include "formats/results/schema.hpp"
#include "workflows/commands.hpp"

namespace wellsieve::workflows {

namespace results = formats::results;

namespace {

/// Wells by traits, or samples by barcodes: of which there is one, or what was asked for.
void export_annotated(const results::ResultReader& reader, const ExportOptions& options) {
    const bool of_wells = options.table.empty() ? reader.has(results::table_name::traits)
                                                : options.table == results::table_name::traits;
    if (of_wells)
        return results::export_h5ad(reader, options.out);
    if (options.table.empty() && reader.counts().size() > 1)
        throw std::invalid_argument(fmt::format("there are several pools; say which: --table {}",
                                                fmt::join(reader.counts(), ", or ")));
    results::export_counts_h5ad(reader, options.table.empty() ? "counts" : options.table, options.out);
}

}  // namespace

Exit export_result(const ExportOptions& options) {
    const results::ResultReader reader(options.result);
    if (options.to == "h5ad") {
        if (options.out.empty())
            throw std::invalid_argument("export --to h5ad needs a file to write: -o FILE");
        export_annotated(reader, options);
        return Exit::done;
    }
    const std::string table =
        options.table.empty() ? std::string(results::table_name::ranking) : options.table;
    if (options.out.empty()) {
        results::export_csv(reader, table, std::cout);
        return Exit::done;
    }
    std::ostringstream text;
    results::export_csv(reader, table, text);
    formats::write_atomically(options.out, text.str());
    return Exit::done;
}

}  // namespace wellsieve::workflows
