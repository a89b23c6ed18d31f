#include "pipeline/screen_options.hpp"

namespace wellsieve::pipeline {

std::vector<std::string_view> words_of(Blank) {
    return {"auto", "none", "plate", "medium", "lowess", "medium_lowess", "constant", "first", "minimum"};
}

std::vector<std::string_view> words_of(Feature) {
    return {"endpoint",
            "maximum",
            "minimum",
            "mean",
            "auc",
            "change",
            "time_outside",
            "longest_excursion",
            "largest_deviation",
            "excursions",
            "first_rise",
            "yield_on",
            "specific_rate",
            "dynamic_kla",
            "growth_rate",
            "doubling_time",
            "lag",
            "carrying_capacity",
            "yield",
            "log_auc",
            "time_of_max_rate",
            "time_to_threshold",
            "saturation_time",
            "death_rate",
            "initial_biomass",
            "growth_phases",
            "mean_ratio",
            "ratio_at_biomass",
            "promoter_activity",
            "max_promoter_activity"};
}

std::vector<std::string_view> words_of(RateMethod) {
    return {"window", "growthrates", "gcplyr", "pyphe", "spline", "gaussian_process"};
}

std::vector<std::string_view> words_of(LagLevel) {
    return {"first", "minimum", "mean_of_first"};
}

std::vector<std::string_view> words_of(Outliers) {
    return {"none", "hampel"};
}

std::vector<std::string_view> words_of(kernels::curve::GrowthModel) {
    return {"logistic", "richards",           "baranyi", "huang", "zwietering_logistic",
            "gompertz", "zwietering_richards"};
}

std::vector<std::string_view> words_of(kernels::curve::FitScale) {
    return {"linear", "logarithmic"};
}

std::vector<std::string_view> words_of(Goal) {
    return {"maximize", "minimize", "target"};
}

std::vector<std::string_view> words_of(Scale) {
    return {"auto", "log2", "linear"};
}

std::vector<std::string_view> words_of(Normalisation) {
    return {"auto",   "none",      "control", "percent_of_control", "parent", "mean",    "median",
            "shorth", "negatives", "zscore",  "robust_zscore",      "polish", "spatial", "loess"};
}

std::vector<std::string_view> words_of(Variance) {
    return {"none", "plate", "experiment"};
}

}  // namespace wellsieve::pipeline
