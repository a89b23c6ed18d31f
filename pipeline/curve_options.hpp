#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "kernels/curve/curve_traits.hpp"
#include "kernels/curve/curves.hpp"
#include "kernels/curve/parametric_fit.hpp"

namespace wellsieve::pipeline {

/// How the growth rate is found; formulas in kernels/curve.
enum class RateMethod {
    window,            ///< steepest line through ln(biomass), as wide as the noise of the curve asks for
    growthrates,       ///< R's growthrates::fit_easylinear: `points`, `quota`
    gcplyr,            ///< gcplyr's calc_deriv on ln(biomass): `points`
    pyphe,             ///< pyphe-growthcurves: slope of the biomass itself, `points`
    spline,            ///< steepest slope of a smoothing spline of ln(biomass): `smoothness`
    gaussian_process,  ///< of the posterior mean of a Matérn-5/2 process of ln(biomass)
};

/// The level onto which the tangent at the largest rate is led down to give the lag.
enum class LagLevel { first, minimum, mean_of_first };

/// How readings that stand out are set aside.
enum class Outliers { none, hampel };

/// [curves]: how growth curves are analysed.
struct CurveOptions {
    RateMethod method = RateMethod::window;
    double window_h = kernels::curve::undefined;          ///< not set: as wide as the noise asks for
    double window_doublings = kernels::curve::undefined;  ///< instead of window_h
    std::uint32_t points = 5;                             ///< of the methods of other programs
    double quota = 0.95;                                  ///< of growthrates
    double smoothness = 0.5;                              ///< of the spline: R's spar
    double detection_limit =
        kernels::curve::undefined;  ///< after the blank; not set: from the plate's blanks
    double detection_sd = 3;        ///< so many standard deviations of the plate's blanks are seen
    double quantification_sd = 15;  ///< and a reading of so many has a logarithm good enough for a rate
    Outliers outliers = Outliers::none;
    double outlier_sd = 5;  ///< of Outliers::hampel: so many standard deviations from the median around it
    LagLevel lag_level = LagLevel::mean_of_first;
    std::uint32_t first_points = 3;  ///< of lag_level = "mean_of_first"
    double min_fold_change = 1.5;    ///< below it there is no growth
    double lysis_share = 0.2;        ///< a fall by more than this share of the maximum is lysis
    std::vector<kernels::curve::GrowthModel> fits;  ///< growth models that are fitted to the curves that grow
    kernels::curve::FitScale fit_scale = kernels::curve::FitScale::linear;
    double phase_share = 0.2;     ///< a growth phase rises by at least this share of the whole rise
    std::uint32_t bootstrap = 0;  ///< draws of each curve behind the intervals of its traits; 0: none
    std::uint64_t seed = 1;       ///< of those draws: [rank] seed
};

std::vector<std::string_view> words_of(RateMethod);
std::vector<std::string_view> words_of(LagLevel);
std::vector<std::string_view> words_of(Outliers);
std::vector<std::string_view> words_of(kernels::curve::GrowthModel);
std::vector<std::string_view> words_of(kernels::curve::FitScale);

}  // namespace wellsieve::pipeline
