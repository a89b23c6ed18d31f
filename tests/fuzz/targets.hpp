#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace wellsieve::tests::fuzz {

/// One way into the readers. `run` takes any bytes: it reads them, checks what must hold of what was read,
/// and lets out nothing but what is a defect, for a FormatError is an answer.
struct Target {
    std::string name;  ///< a reader's, a reader's with ".xlsx", or what is read: "layout"
    std::function<void(std::string_view)> run;
};

/// Of plates, layouts and workbooks; of reads and their tables.
std::vector<Target> plate_targets();
std::vector<Target> read_targets();

/// The target that LLVMFuzzerTestOneInput runs. Throws std::invalid_argument for an unknown name.
void choose_target(std::string_view name);

/// Throws std::logic_error unless it holds.
void require(bool holds, std::string_view what);

/// Runs `read`, which may throw FormatError; false when it did.
bool accepts(const std::function<void()>& read);

}  // namespace wellsieve::tests::fuzz
