#pragma once

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "formats/reads/raw_input_internal.hpp"
#include "formats/reads/read_source.hpp"

namespace wellsieve::formats::reads {

/// Compressed bytes that do not inflate, or end too early; what went before them is whole.
class DamagedInput : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The text of a file, inflated.
class TextInput {
  public:
    /// No request may be smaller: a block of BGZF holds as many bytes.
    static constexpr std::size_t least_bytes = 1 << 16;

    virtual ~TextInput() = default;
    /// Some of the next `bytes` bytes; 0 at the end. Throws DamagedInput, after all the bytes before the
    /// damage were given.
    virtual std::size_t read(char* to, std::size_t bytes) = 0;
    /// Of bytes that a request had best have.
    virtual std::size_t good_bytes() const = 0;
    /// Once the end was reached, what is odd about it; empty: nothing.
    virtual std::string_view remark() const { return {}; }
};

std::unique_ptr<TextInput> plain_text(RawInput input);
/// Any number of members, through ISA-L. Zeros may follow the last one.
std::unique_ptr<TextInput> gzip_text(RawInput input);
/// Groups of whole blocks through libdeflate.
std::unique_ptr<TextInput> bgzf_text(RawInput input, results::Executor executor);

}  // namespace wellsieve::formats::reads
