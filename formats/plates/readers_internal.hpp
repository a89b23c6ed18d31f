#pragma once

#include "formats/plates/reader.hpp"

namespace wellsieve::formats::plates {

// One function a reader family, each in its own file; the registry lists them.

}  // namespace wellsieve::formats::plates
