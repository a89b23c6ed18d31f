#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/plate_data.hpp"
#include "pipeline/screen_options.hpp"

namespace wellsieve::pipeline {

enum class PoolNormalisation : std::uint8_t {
    automatic,  ///< the control features where there are any, else trimmed means
    total,      ///< library sizes
    median,     ///< median of ratios
    tmm,        ///< trimmed mean of M values
    control,    ///< median of ratios over the control features
    spike_in,   ///< median of ratios over the spike-ins: changes are those of amounts, not of shares
};

enum class PoolTest : std::uint8_t {
    competitive,  ///< quasi-likelihood for features, a competitive test for groups
    rra,          ///< besides it, MAGeCK's robust rank aggregation
    feba,         ///< besides it, FEBA's fitness and t in each sample
    mle,          ///< besides it, effects of genes on all guides at once, of which some do not work
};

/// How features are tested.
enum class FeatureTest : std::uint8_t {
    quasi_likelihood,  ///< F tests at trended dispersions, as edgeR has them
    wald,              ///< fold changes over their errors, dispersions and shrinkage by prior, as DESeq2
};

/// How the samples of a pool are compared.
struct PoolScoreOptions {
    std::string control;  ///< the condition that all others are compared with; empty: nothing is scored
    bool paired = false;  ///< samples of one replicate belong together
    std::string batch;    ///< a column of the sample sheet: samples that were handled together; empty: none
    PoolNormalisation normalise = PoolNormalisation::automatic;
    PoolTest test = PoolTest::competitive;
    FeatureTest feature_test = FeatureTest::quasi_likelihood;
    std::vector<std::string> controls;  ///< genes, strains or features that should not move
    std::vector<std::pair<std::string, double>> spike_ins;  ///< features or strains, and their known amounts
    /// The column of the sample sheet that tells when samples were taken: time_h, or one of the user's own,
    /// in generations for instance. Empty: samples of a condition are replicates whatever their time.
    std::string time;
};

/// A count far from those of its sister samples, which a contrast does not use.
struct ReplacedCount {
    std::uint32_t feature, sample;
    double distance;  ///< standard deviations from the sisters; positive: a jackpot
    double used;      ///< what took its place
};

/// One condition against the control. One element a feature.
struct FeatureScores {
    std::vector<double> average_log2_cpm;
    std::vector<double> dispersion;  ///< that it is tested at
    std::vector<double> log2_fold_change, standard_error;
    std::vector<double> df;  ///< of the standard error
    std::vector<double> shrunken, shrunken_sd, false_sign_rate;
    std::vector<double> p_value, q_value;
    std::vector<std::uint32_t> outlying;  ///< how many of its counts were replaced
    std::vector<double> efficiency;       ///< P(the guide works); empty unless the test is mle
};

/// MAGeCK's columns for one direction; one element a group.
struct AggregatedRanks {
    std::vector<double> score, p_value, fdr;
    std::vector<std::uint32_t> rank, good;
};

/// Maximum likelihood; one element a group.
struct LikelihoodEffects {
    std::vector<double> effect, standard_error;  ///< log2
    std::vector<double> p_value, q_value;
};

/// One element a group.
struct GroupScores {
    std::vector<std::uint32_t> features;
    std::vector<double> log2_fold_change;  ///< median over its features
    std::vector<double> z, p_value, q_value;
    AggregatedRanks depleted, enriched;  ///< empty unless the test is rra
    LikelihoodEffects likelihood;        ///< empty unless the test is mle
};

struct PoolContrast {
    std::string condition;  ///< and its time, where it has samples of several
    FeatureScores features;
    GroupScores groups;
    std::vector<ReplacedCount> replaced;  ///< by feature, then sample
};

/// The distribution of p where nothing should differ: between halves of the replicates of a condition, or of
/// the control features in a contrast.
struct PoolCalibration {
    std::string condition;
    std::size_t replicates = 0;                 ///< 0: of the controls
    double features_below_1_percent = not_set;  ///< share of p below 0.01
    double features_below_5_percent = not_set;
    double groups_below_1_percent = not_set;
};

/// How fast features grow along the samples of a condition, from the control's on: slopes of ln(share) per
/// unit of time, against the controls, or the median feature. One element a feature.
struct FeatureFitness {
    std::vector<std::uint32_t> replicates;
    std::vector<double> fitness, standard_error;
    std::vector<double> between_variance;  ///< of replicates, beyond their errors
    std::vector<double> shrunken, shrunken_sd, false_sign_rate;
    std::vector<double> p_value, q_value;
};

/// One element a group.
struct GroupFitness {
    std::vector<std::uint32_t> features;
    std::vector<double> fitness, standard_error;
    std::vector<double> between_variance;  ///< of features, beyond their errors
    std::vector<double> z, p_value, q_value;
};

struct PoolCourse {
    std::string condition;
    FeatureFitness features;
    GroupFitness groups;
};

/// FEBA's columns for one sample; one element a group.
struct FebaSample {
    std::string sample;
    std::vector<double> fitness, t;
    std::vector<double> naive_variance, estimated_variance;
    std::vector<std::uint32_t> features;  ///< used
};

struct PoolScores {
    std::string grouped_by;               ///< "gene" or "strain"
    std::vector<std::string> groups;      ///< names, in order of their first feature
    std::vector<std::uint32_t> controls;  ///< features that should not move
    std::vector<PoolContrast> contrasts;
    std::string along;                ///< the column that tells the time
    std::vector<PoolCourse> courses;  ///< of conditions; empty where no time is told
    std::vector<double> amounts;      ///< [sample][feature], by the spike-ins; empty without
    std::vector<FebaSample> feba;     ///< empty unless the test is feba
    std::vector<PoolCalibration> calibration;
    std::vector<QcMetric> qc;
};

}  // namespace wellsieve::pipeline
