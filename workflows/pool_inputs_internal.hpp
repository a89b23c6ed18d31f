#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/error.hpp"
#include "workflows/pool_inputs.hpp"

namespace wellsieve::workflows {

/// A pool whose parts are being found: what there is so far, and what is wrong with it.
class PoolGathering {
  public:
    PoolGathering(const ScreenConfig& of_screen, const PoolsInput& of_pool, std::vector<std::string>& found)
        : config(of_screen), input(of_pool), problems_(found) {}

    const ScreenConfig& config;
    const PoolsInput& input;
    PoolInputs inputs;
    bool paired_library = false;

    void problem(const std::string& message);
    bool has_problems() const { return !problems_.empty(); }
    /// To the inputs of the result.
    void add_table(std::string_view kind, const std::string& name);

    template <typename Use>
    void trying(Use use) {
        try {
            use();
        } catch (const formats::FormatError& error) {
            problems_.emplace_back(error.what());
        }
    }

  private:
    std::vector<std::string>& problems_;
};

/// Counts, features and samples from a table in the place of reads. A sample sheet tells more of its columns,
/// and which of them to take; a library more of its rows.
void gather_counts(PoolGathering& pool);

/// Which file, or which index in it, is which sample.
void gather_samples(PoolGathering& pool);

}  // namespace wellsieve::workflows
