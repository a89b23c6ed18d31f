#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace wellsieve::kernels::curve {

/// A doubling in 7 minutes; Vibrio natriegens, the fastest grower known, needs just under 10.
inline constexpr double fastest_growth_per_h = 6;
/// Of 12,000 simulated curves with a noise of 0.005, 2 lie below.
inline constexpr double least_r_squared = 0.7;

/// What is to be said of a curve; several may hold. The gravest first.
enum class Verdict : std::uint16_t {
    no_data = 1 << 0,          ///< no usable reading: no trait
    too_few_points = 1 << 1,   ///< fewer usable readings than a window needs: no rate, no lag
    below_detection = 1 << 2,  ///< never seen above the limit of detection or the noise: no growth trait
    no_growth = 1 << 3,        ///< the rise is too small, for the noise or as a fold change: no growth trait
    negative_lag = 1 << 4,     ///< the tangent meets the start level well before the first reading: no lag
    still_growing = 1 << 5,    ///< the last readings rise: no capacity, yield, saturation
    lysis = 1 << 6,            ///< falls well below its maximum afterwards: has a death rate
    saturated = 1 << 7,        ///< the reader's upper limit cut the curve off: no capacity, yield, saturation
    outliers_removed = 1 << 8,        ///< readings were set aside before
    fit_at_bound = 1 << 9,            ///< a parameter of a fitted model stands at its bound
    start_below_detection = 1 << 10,  ///< the start level is not seen: no lag, no logarithmic area
    blank_grows = 1 << 11,            ///< what would be subtracted grows itself: no trait
    implausible_rate = 1 << 12,  ///< faster than any microbe: the unit of time is wrong, or it is no growth
    low_r_squared = 1 << 13,     ///< readings stray widely from the line of the rate: disturbed, or all noise
};

inline constexpr std::array all_verdicts{Verdict::blank_grows,    Verdict::no_data,
                                         Verdict::too_few_points, Verdict::below_detection,
                                         Verdict::no_growth,      Verdict::implausible_rate,
                                         Verdict::low_r_squared,  Verdict::negative_lag,
                                         Verdict::still_growing,  Verdict::lysis,
                                         Verdict::saturated,      Verdict::outliers_removed,
                                         Verdict::fit_at_bound,   Verdict::start_below_detection};

/// A set of verdicts; empty: nothing to say against the curve.
class Verdicts {
  public:
    constexpr Verdicts() noexcept = default;
    constexpr void add(Verdict verdict) noexcept { bits_ |= static_cast<std::uint16_t>(verdict); }
    constexpr bool has(Verdict verdict) const noexcept {
        return (bits_ & static_cast<std::uint16_t>(verdict)) != 0;
    }
    constexpr bool empty() const noexcept { return bits_ == 0; }
    constexpr std::uint16_t bits() const noexcept { return bits_; }
    friend constexpr bool operator==(Verdicts, Verdicts) noexcept = default;

  private:
    std::uint16_t bits_ = 0;
};

/// "no_growth" and so on; the words of the result file.
std::string_view verdict_name(Verdict verdict) noexcept;

/// The gravest of them, or "ok".
std::string_view verdict_name(Verdicts verdicts) noexcept;

}  // namespace wellsieve::kernels::curve
