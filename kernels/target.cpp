#include "kernels/target.hpp"

#include <hwy/targets.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <stdexcept>

// Highway lists the targets of a build only to code that it compiles for each of them.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/target.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::HWY_NAMESPACE {

std::int64_t compiled_target() { return HWY_TARGET; }

}  // namespace wellsieve::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wellsieve::kernels {
namespace {

HWY_EXPORT(compiled_target);

std::string upper(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::toupper(c); });
    return out;
}

/// All targets of this machine; asked once, since a forced target hides the others.
const std::vector<std::int64_t>& machine_targets() {
    static const std::vector<std::int64_t> targets = hwy::SupportedAndGeneratedTargets();
    return targets;
}

void choose(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace

std::string active_target() { return hwy::TargetName(HWY_DYNAMIC_DISPATCH(compiled_target)()); }

std::vector<std::string> available_targets() {
    std::vector<std::string> names;
    for (const std::int64_t target : machine_targets())
        names.emplace_back(hwy::TargetName(target));
    return names;
}

void force_target(std::string_view name) {
    for (const std::int64_t target : machine_targets())
        if (upper(name) == hwy::TargetName(target)) {
            choose(target);
            return;
        }
    std::string choices;
    for (const std::string& choice : available_targets())
        choices += (choices.empty() ? "" : ", ") + choice;
    throw std::invalid_argument("this machine has no SIMD target '" + std::string(name) + "'; it has " + choices);
}

void use_best_target() {
    machine_targets();
    choose(0);
}

void apply_target_from_environment() {
    if (const char* name = std::getenv("WELLSIEVE_SIMD"); name != nullptr && *name != '\0')
        force_target(name);
}

}  // namespace wellsieve::kernels
#endif
