#include <fmt/format.h>
#include <fmt/ranges.h>

#include "formats/error.hpp"
#include "pipeline/detect_pool.hpp"
#include "pipeline/new_barcodes.hpp"
#include "workflows/pool_inputs.hpp"

namespace wellsieve::workflows {

namespace sequence = kernels::sequence;

namespace {

/// A direction that was written stays, if it is the one that was seen or "either".
void keep_orientation(const BarcodePlace& place, const std::string& key, const PoolInputs& inputs,
                      std::size_t part, sequence::Construct& construct) {
    const auto wanted = orientation_of(place.orientation);
    if (wanted && *wanted != construct.orientation && *wanted != sequence::Orientation::either)
        throw formats::FormatError(
            inputs.counts.files.front().names[part], "",
            fmt::format(
                "{0} = \"{1}\" is written, and barcodes of the library are seen as {2}; leave {0} out, or "
                "write left and right",
                key, place.orientation, orientation_word(construct.orientation)));
    construct.orientation = wanted.value_or(construct.orientation);
}

/// Into the options, the effective configuration and a line for the user.
void take(const sequence::ConstructDetection& found, sequence::Construct& construct, BarcodePlace& place,
          std::string_view which, PoolInputs& inputs) {
    const std::size_t part = &construct == &inputs.options.mate_construct ? 1 : 0;
    construct = found.construct;
    keep_orientation(place, part == 1 ? "mate_orientation" : "orientation", inputs, part, construct);
    place.left = construct.left_flank;
    place.right = construct.right_flank;
    place.offsets = construct.offsets;
    if (construct.search == sequence::Search::flanks)
        place.begins = {construct.first, construct.last};
    place.orientation = orientation_word(construct.orientation);
    const std::string where =
        construct.search == sequence::Search::offsets
            ? fmt::format("at {}", fmt::join(construct.offsets, ", "))
            : fmt::format("between '{}' and '{}'", construct.left_flank, construct.right_flank);
    inputs.counts.choices.push_back(fmt::format(
        "{} {}, {} direction: {} of {} reads with a barcode are so (confidence {:.3f})", which, where,
        orientation_word(construct.orientation), found.explained, found.with_barcode, found.confidence));
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
    if (inputs.detect)
        take(detect_in_files(inputs.counts, 0, firsts, inputs.reference, keep_going),
             inputs.options.construct, input.barcode, "barcodes stand", inputs);
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
