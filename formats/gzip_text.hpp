#pragma once

#include <string>
#include <string_view>

namespace wellsieve::formats {

/// `text` as one gzip member, the same bytes each time. Members one behind the other are a gzip file, too.
/// Level 1, fast, to 12. Throws std::bad_alloc.
std::string gzip_member(std::string_view text, int level = 1);

/// `text` as BGZF (SAM specification 4.1): members of at most 64 KiB that tell their size, so that they can
/// be inflated in parallel. A file ends with `bgzf_end`.
std::string bgzf_blocks(std::string_view text, int level = 1);

/// The empty block that tells a whole file from one that was cut off.
std::string_view bgzf_end();

}  // namespace wellsieve::formats
