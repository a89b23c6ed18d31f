#include "workflows/simulate/vendors.hpp"

#include <array>

namespace wellsieve::workflows::simulate {
namespace {

constexpr std::array vendors{
    Vendor{"gen5", "gen5", ".txt", write_gen5}, Vendor{"softmax", "softmax", ".txt", write_softmax},
    Vendor{"mars", "bmg", ".csv", write_mars}, Vendor{"tidy", "tidy", ".csv", write_tidy}};

}  // namespace

const Vendor* find_vendor(std::string_view name) {
    for (const Vendor& vendor : vendors)
        if (vendor.name == name)
            return &vendor;
    return nullptr;
}

std::string vendor_names() {
    std::string names;
    for (const Vendor& vendor : vendors) {
        names += names.empty() ? "" : ", ";
        names += vendor.name;
    }
    return names;
}

}  // namespace wellsieve::workflows::simulate
