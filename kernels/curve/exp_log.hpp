#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <span>

namespace wellsieve::kernels::curve {

/// e^x and ln x with the same bits on every SIMD target and every machine: additions, multiplications and
/// divisions in one order, no fused ones, no library. Within 1 unit in the last place of the true value
/// (2 where the result is subnormal). Special values as in the standard library.

namespace exp_log_internal {

inline constexpr double log2_e = 0x1.71547652b82fep0;
inline constexpr double ln2_high =
    0x1.62e42feep-1;  ///< its last 21 bits are zero: integer · ln2_high is exact
inline constexpr double ln2_low = 0x1.a39ef35793c76p-33;
inline constexpr double rounding = 0x1.8p52;  ///< x + rounding − rounding is x as an integer
inline constexpr double biased_rounding = rounding + 1023.0;  ///< the low bits of k + this: 2^k's exponent
inline constexpr double largest_exponent = 710.0;             ///< e^710 overflows
inline constexpr double smallest_exponent = -746.0;           ///< e^−746 is 0
/// (e^r − 1 − r) / r² for |r| <= ln 2 / 2: 1 / (k + 2)!
inline constexpr std::array<double, 12> exp_series{
    1.0 / 2,     1.0 / 6,      1.0 / 24,      1.0 / 120,      1.0 / 720,       1.0 / 5040,
    1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800.0};

inline constexpr double smallest_normal = 0x1p-1022;
inline constexpr double into_normal = 0x1p54;
inline constexpr std::uint64_t mantissa_bits = (std::uint64_t{1} << 52) - 1;
inline constexpr std::uint64_t sqrt_half_bits = 0x3fe6a09e00000000;  ///< upper half of √½
inline constexpr std::uint64_t two_to_52_bits =
    0x4330000000000000;  ///< with an integer below it: 2^52 + integer
/// ln(1 + f) = f − (f²/2 − s (f²/2 + R(s²))), s = f / (2 + f): the polynomial of R in FreeBSD's e_log.c.
inline constexpr std::array<double, 7> log_series{
    6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01, 2.222219843214978396e-01,
    1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860511658591e-01};

inline double power_of_two(double k) noexcept {
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(k + biased_rounding) << 52);
}

}  // namespace exp_log_internal

/// e^x.
inline double exponential(double x) noexcept {
    namespace in = exp_log_internal;
    const auto& c = in::exp_series;
    x = x > in::largest_exponent ? in::largest_exponent : x;
    x = x < in::smallest_exponent ? in::smallest_exponent : x;
    const double k = (x * in::log2_e + in::rounding) - in::rounding;
    const double r = (x - k * in::ln2_high) - k * in::ln2_low;
    const double r2 = r * r;
    const double r4 = r2 * r2;
    const double low = (c[0] + c[1] * r) + (c[2] + c[3] * r) * r2;
    const double middle = (c[4] + c[5] * r) + (c[6] + c[7] * r) * r2;
    const double high = (c[8] + c[9] * r) + (c[10] + c[11] * r) * r2;
    const double m = 1.0 + (r + r2 * (low + (middle + high * r4) * r4));
    const double half = (k * 0.5 + in::rounding) - in::rounding;
    return m * in::power_of_two(half) * in::power_of_two(k - half);
}

/// ln x.
inline double natural_log(double x) noexcept {
    namespace in = exp_log_internal;
    const auto& c = in::log_series;
    const bool small = x < in::smallest_normal;
    const auto bits = std::bit_cast<std::uint64_t>(small ? x * in::into_normal : x);
    // The mantissa between √½ and √2, and its exponent.
    const std::uint64_t shifted = bits + (0x3ff0000000000000 - in::sqrt_half_bits);
    double k = std::bit_cast<double>((shifted >> 52) | in::two_to_52_bits) - (0x1p52 + 1023.0);
    k -= small ? 54.0 : 0.0;
    const double f = std::bit_cast<double>((shifted & in::mantissa_bits) + in::sqrt_half_bits) - 1.0;
    const double s = f / (2.0 + f);
    const double z = s * s;
    const double w = z * z;
    const double even = w * (c[1] + w * (c[3] + w * c[5]));
    const double odd = z * (c[0] + w * (c[2] + w * (c[4] + w * c[6])));
    const double half_square = 0.5 * f * f;
    const double rest = s * (half_square + (even + odd)) + k * in::ln2_low;
    const double value = k * in::ln2_high - ((half_square - rest) - f);
    if (x > 0.0)
        return x > std::numeric_limits<double>::max() ? x : value;
    return x == 0.0 ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
}

/// out[i] = e^x[i]; spans of one length.
void exponentials(std::span<const double> x, std::span<double> out) noexcept;
/// out[i] = ln x[i]; spans of one length.
void natural_logs(std::span<const double> x, std::span<double> out) noexcept;

/// The same one by one, without SIMD; equal bits.
void exponentials_reference(std::span<const double> x, std::span<double> out) noexcept;
void natural_logs_reference(std::span<const double> x, std::span<double> out) noexcept;

}  // namespace wellsieve::kernels::curve
