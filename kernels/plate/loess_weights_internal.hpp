#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace wellsieve::kernels::plate {

struct Place {
    double row;
    double column;
};

/// Finds by which weights the values at some places make up a local quadratic fit at another place.
class LoessWeights {
  public:
    LoessWeights(std::vector<Place> places, double span);

    /// weights[place] for the fit at `target`; NaN where the fit is not determined.
    void at(Place target, std::span<double> weights);

  private:
    std::vector<Place> places_;
    std::size_t neighbours_;
    std::vector<double> squared_distances_;
    std::vector<double> sorted_;
};

}  // namespace wellsieve::kernels::plate
