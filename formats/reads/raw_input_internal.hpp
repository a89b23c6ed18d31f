#pragma once

#include <htslib/hfile.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace wellsieve::formats::reads {

/// The bytes of a file, or of the standard input for "-", in large reads and never mapped. Throws
/// FormatError.
class RawInput {
  public:
    explicit RawInput(std::string path);

    const std::string& path() const { return path_; }
    /// The next bytes, without taking them; at most 4 KiB, fewer at the end of the file.
    std::string_view peek();
    /// Fills `to` unless the file ends; how many bytes there were.
    std::size_t read(char* to, std::size_t bytes);
    /// For HTSlib, which closes what it was released to.
    hFILE* get() { return file_.get(); }
    void release() { static_cast<void>(file_.release()); }

  private:
    struct Close {
        void operator()(hFILE* file) const { hclose_abruptly(file); }
    };
    std::string path_;
    std::unique_ptr<hFILE, Close> file_;
    char peeked_[4096];
};

}  // namespace wellsieve::formats::reads
