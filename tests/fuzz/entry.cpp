#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include "formats/error.hpp"
#include "tests/fuzz/targets.hpp"

namespace wellsieve::tests::fuzz {
namespace {

Target chosen;

}  // namespace

void choose_target(std::string_view name) {
    for (const auto& targets : {plate_targets(), read_targets()})
        for (const Target& target : targets)
            if (target.name == name) {
                chosen = target;
                return;
            }
    throw std::invalid_argument("no target is called '" + std::string(name) + "'");
}

void require(bool holds, std::string_view what) {
    if (!holds)
        throw std::logic_error(std::string(what));
}

bool accepts(const std::function<void()>& read) {
    try {
        read();
    } catch (const formats::FormatError&) {
        return false;
    }
    return true;
}

}  // namespace wellsieve::tests::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    wellsieve::tests::fuzz::chosen.run({reinterpret_cast<const char*>(data), size});
    return 0;
}
