// replay MUTATIONS FOLDER…: runs each seed FOLDER/TARGET/FILE, and mutations of it, through the entry of the
// fuzzers. Nothing may come out of it, and the memory that it took is bounded.
#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/targets.hpp"
#include "tests/support/damaged_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr long most_kibibytes = 256L * 1024;

/// The shadow and quarantine of a sanitizer count as memory of the process, so nothing is bounded there.
/// GCC tells of it by a macro, clang by a feature.
#if defined(__has_feature)
#define WELLSIEVE_HAS_FEATURE(name) __has_feature(name)
#else
#define WELLSIEVE_HAS_FEATURE(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
    WELLSIEVE_HAS_FEATURE(address_sanitizer) || WELLSIEVE_HAS_FEATURE(thread_sanitizer)
constexpr bool memory_is_bounded = false;
#else
constexpr bool memory_is_bounded = true;
#endif

std::vector<std::filesystem::path> sorted_entries(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> entries;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        entries.push_back(entry.path());
    std::sort(entries.begin(), entries.end());
    return entries;
}

/// False, with a message, when something came out.
bool runs(const std::string& bytes, const std::filesystem::path& seed, int mutation) {
    try {
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s, mutation %d: %s\n", seed.c_str(), mutation, error.what());
        return false;
    }
    return true;
}

std::size_t replay(const std::filesystem::path& seed, int mutations) {
    std::ifstream file(seed, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    std::size_t failures = !runs(bytes, seed, 0);
    std::mt19937 random(1);
    for (int i = 1; i <= mutations && !bytes.empty(); ++i)
        failures += !runs(wellsieve::tests::damaged(bytes, random), seed, i);
    return failures;
}

}  // namespace

int main(int count, char** arguments) {
    const int mutations = count > 1 ? std::atoi(arguments[1]) : 0;
    std::size_t seeds = 0;
    std::size_t failures = 0;
    for (int i = 2; i < count; ++i)
        for (const auto& target : sorted_entries(arguments[i])) {
            wellsieve::tests::fuzz::choose_target(target.filename().string());
            for (const auto& seed : sorted_entries(target)) {
                failures += replay(seed, mutations);
                ++seeds;
            }
        }
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("%zu seeds, %d mutations each, %zu failures, %ld MiB%s\n", seeds, mutations, failures,
                usage.ru_maxrss / 1024, memory_is_bounded ? "" : " with those of a sanitizer, not bounded");
    return seeds == 0 || failures > 0 || (memory_is_bounded && usage.ru_maxrss > most_kibibytes);
}
