#include "pipeline/stages/read_plates.hpp"

#include "formats/error.hpp"
#include "formats/plates/reader.hpp"
#include "formats/results/checksum.hpp"

namespace wellsieve::pipeline {
namespace {

void read_into(PlateFileBatch& batch) {
    namespace plates = formats::plates;
    const auto document = plates::Document::open(batch.job.path);
    batch.input.bytes = document.bytes().size();
    batch.input.sha256 = formats::results::sha256_hex(document.bytes());
    const plates::Reader& reader = plates::choose_reader(document, batch.job.reader);
    batch.input.reader = reader.name;
    batch.rows_in_any_order = reader.rows_in_any_order;
    batch.file = plates::read_plate_file(document, reader.name);
    batch.input.cells_in = batch.file.measurements.size() + batch.file.rejects.size();
    batch.input.cells_rejected = batch.file.rejects.size();
    for (plates::Reject& reject : batch.file.rejects)
        batch.rejects.push_back({"cell", batch.job.name, std::move(reject.place), std::move(reject.reason)});
}

}  // namespace

std::optional<std::string> said_of(std::string_view input, const std::exception& error) {
    const std::string_view text = error.what();
    const bool about_it = text.starts_with(input) && text.substr(input.size()).starts_with(": ");
    return about_it ? std::optional(std::string(text.substr(input.size() + 2))) : std::nullopt;
}

PlateFileBatch ReadPlates::operator()(const PlateJob& job) const {
    PlateFileBatch batch{job, {job.name, job.bytes, {}, job.kind, {}, 0, 0, 0}, {}, false, {}};
    try {
        read_into(batch);
    } catch (const formats::FormatError& error) {
        if (!keep_going)
            throw;
        batch.rejects.push_back({"file", job.name, "", said_of(job.path, error).value_or(error.what())});
    }
    return batch;
}

}  // namespace wellsieve::pipeline
