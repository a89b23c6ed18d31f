#include <fmt/format.h>

#include <iostream>
#include <sstream>

#include "formats/atomic_file.hpp"
#include "formats/error.hpp"
#include "formats/results/csv.hpp"
#include "formats/results/h5ad.hpp"
#include "formats/results/result_reader.hpp"
#include "workflows/commands.hpp"

namespace wellsieve::workflows {

Exit export_result(const ExportOptions& options) {
    namespace results = formats::results;
    const results::ResultReader reader(options.result);
    if (options.to == "h5ad") {
        if (options.out.empty())
            throw std::invalid_argument("export --to h5ad needs a file to write: -o FILE");
        results::export_h5ad(reader, options.out);
        return Exit::done;
    }
    if (options.out.empty()) {
        results::export_csv(reader, options.table, std::cout);
        return Exit::done;
    }
    std::ostringstream text;
    results::export_csv(reader, options.table, text);
    formats::write_atomically(options.out, text.str());
    return Exit::done;
}

}  // namespace wellsieve::workflows
