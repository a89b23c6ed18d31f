#pragma once

#include "pipeline/screen_result.hpp"

namespace wellsieve::pipeline {

/// Scores every strain of every trait and ranks the samples by the deciding trait, or by the sum of weighted
/// traits: fills Screen::scores, ranking and warnings from the normalised wells and the scored pools.
///
/// On plates, a strain's effect is its mean over wells, less the reference's: the parent (on the same plate
/// where wells were normalised to it), or the mean of the strains where there is none. Its error has three
/// parts: wells (each strain's variance moderated by all strains', Smyth 2004), plates where strains stand on
/// several, and the reference's own mean, which the strains of a plate share. Effects are shrunk towards the
/// strains' mean (empirical Bayes); P(better) and P(top) are of the shrunken posterior, P(top) from joint
/// draws with the configured seed. kernels/stats has the formulas.
void score_strains(Screen& screen);

}  // namespace wellsieve::pipeline
