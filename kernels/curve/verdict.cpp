#include "kernels/curve/verdict.hpp"

namespace wellsieve::kernels::curve {

std::string_view verdict_name(Verdict verdict) noexcept {
    switch (verdict) {
        case Verdict::no_data:
            return "no_data";
        case Verdict::too_few_points:
            return "too_few_points";
        case Verdict::below_detection:
            return "below_detection";
        case Verdict::no_growth:
            return "no_growth";
        case Verdict::negative_lag:
            return "negative_lag";
        case Verdict::still_growing:
            return "still_growing";
        case Verdict::lysis:
            return "lysis";
        case Verdict::saturated:
            return "saturated";
        case Verdict::outliers_removed:
            return "outliers_removed";
        case Verdict::fit_at_bound:
            return "fit_at_bound";
        case Verdict::start_below_detection:
            return "start_below_detection";
        case Verdict::blank_grows:
            return "blank_grows";
        case Verdict::implausible_rate:
            return "implausible_rate";
        case Verdict::low_r_squared:
            return "low_r_squared";
    }
    return "ok";
}

std::string_view verdict_name(Verdicts verdicts) noexcept {
    for (const Verdict verdict : all_verdicts)
        if (verdicts.has(verdict))
            return verdict_name(verdict);
    return "ok";
}

}  // namespace wellsieve::kernels::curve
