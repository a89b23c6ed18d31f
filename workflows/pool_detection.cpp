#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "formats/error.hpp"
#include "pipeline/detect_pool.hpp"
#include "pipeline/new_barcodes.hpp"
#include "workflows/pool_inputs.hpp"

namespace wellsieve::workflows {

namespace sequence = kernels::sequence;

namespace {

/// Into the options, the effective configuration and a line for the user.
void take(const sequence::ConstructDetection& found, sequence::Construct& construct, BarcodePlace& place,
          std::string_view which, PoolInputs& inputs) {
    construct = found.construct;
    place.left = construct.left_flank;
    place.right = construct.right_flank;
    place.offsets = construct.offsets;
    const std::string where =
        construct.search == sequence::Search::offsets
            ? fmt::format("at {}", fmt::join(construct.offsets, ", "))
            : fmt::format("between '{}' and '{}'", construct.left_flank, construct.right_flank);
    constexpr std::array directions = {"forward", "reverse", "either"};
    inputs.counts.choices.push_back(
        fmt::format("{} {}, {} direction: {} of {} reads with a barcode are so (confidence {:.3f})", which,
                    where, directions[static_cast<std::size_t>(construct.orientation)], found.explained,
                    found.with_barcode, found.confidence));
}

}  // namespace

void detect_places(PoolInputs& inputs, PoolsInput& input, bool keep_going) {
    if (!inputs.detect && !inputs.detect_mate)
        return;
    if (inputs.counts.files.front().paths.front() == "-")
        throw formats::FormatError("-", "",
                                   "the place of barcodes cannot be told from the standard input: write left "
                                   "and right, offsets or barcode = \"…\" in [[pools]]");
    const bool paired = inputs.options.paired;
    std::vector<std::string_view> firsts;
    std::vector<std::string_view> seconds;
    for (const pipeline::PoolFeature& feature : inputs.counts.features) {
        const std::string_view barcode(feature.barcode);
        firsts.push_back(paired ? barcode.substr(0, feature.first_part) : barcode);
        seconds.push_back(paired ? barcode.substr(feature.first_part) : barcode);
    }
    if (inputs.detect) {
        take(detect_in_files(inputs.counts, 0, firsts, inputs.reference, keep_going),
             inputs.options.construct, input.barcode, "barcodes stand", inputs);
        input.orientation = std::array{
            "forward", "reverse", "either"}[static_cast<std::size_t>(inputs.options.construct.orientation)];
    }
    if (inputs.detect_mate)
        take(detect_in_files(inputs.counts, 1, seconds, inputs.reference, keep_going),
             inputs.options.mate_construct, input.mate_barcode, "second barcodes stand", inputs);
}

void take_barcodes(PoolInputs& inputs, const PoolsInput& input, bool keep_going) {
    if (!inputs.de_novo)
        return;
    pipeline::NewBarcodeOptions options;
    options.shortest = input.shortest;
    options.longest = input.longest;
    options.cluster = {input.cluster_distance, input.cluster_ratio};
    options.least_reads = input.least_reads;
    options.reference = inputs.reference;
    options.keep_going = keep_going;
    find_new_barcodes(inputs.counts, inputs.options.construct, options);
}

}  // namespace wellsieve::workflows
