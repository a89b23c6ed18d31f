#include "kernels/sequence/match_barcodes.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sequence/match_barcodes.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes before what is compiled for each target.
#include "kernels/sequence/match_batch-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::sequence::HWY_NAMESPACE {

void match_sixteen(const Matcher::Plan& plan, const Reads& reads, const MatchOut& out) {
    match_reads<SixteenLetters>(plan, reads, out);
}

}  // namespace wellsieve::kernels::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wellsieve::kernels::sequence {
namespace {

HWY_EXPORT(match_sixteen);

void check(const Reads& reads, const MatchOut& out) {
    const std::size_t count = reads.length.size();
    assert(reads.bases_begin.size() == count);
    assert(reads.quality_begin.empty() || reads.quality_begin.size() == count);
    assert(out.barcode.size() == count && out.outcome.size() == count && out.begin.size() == count);
    assert(out.length.size() == count && out.reverse.size() == count);
    static_cast<void>(count), static_cast<void>(out);
}

}  // namespace

void match_barcodes(const Matcher& matcher, const Reads& reads, const MatchOut& out) noexcept {
    check(reads, out);
    HWY_DYNAMIC_DISPATCH(match_sixteen)(matcher.plan(), reads, out);
}

void match_barcodes_reference(const Matcher& matcher, const Reads& reads, const MatchOut& out) noexcept {
    check(reads, out);
    HWY_NAMESPACE::match_reads<HWY_NAMESPACE::OneLetter>(matcher.plan(), reads, out);
}

}  // namespace wellsieve::kernels::sequence
#endif
