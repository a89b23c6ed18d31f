#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <string_view>

#include "formats/atomic_file.hpp"
#include "formats/results/executor.hpp"
#include "formats/results/hdf5_internal.hpp"

namespace wellsieve::formats::results {

/// Calls `body`; what HDF5 cannot do becomes an OutputError "PATH: cannot write WHAT: reason".
template <typename Body>
void reporting(const std::filesystem::path& path, std::string_view what, Body body) {
    try {
        hdf5::prepare_thread();
        body();
    } catch (const hdf5::Error& error) {
        if (error.number() != 0)
            throw OutputError(path, fmt::format("write {}", what), error.number());
        throw OutputError(path, fmt::format("cannot write {}: {}", what, error.what()));
    } catch (const std::invalid_argument& error) {
        throw OutputError(path, fmt::format("cannot write {}: {}", what, error.what()));
    }
}

/// An HDF5 file that appears whole or not at all.
class AtomicHdf5File {
  public:
    explicit AtomicHdf5File(const std::filesystem::path& path);
    AtomicHdf5File(const AtomicHdf5File&) = delete;
    AtomicHdf5File& operator=(const AtomicHdf5File&) = delete;
    ~AtomicHdf5File();

    const std::filesystem::path& path() const { return atomic_.target(); }
    const std::filesystem::path& temporary() const { return atomic_.temporary(); }
    hid_t id() const { return file_.id(); }
    void finish();
    void commit();

  private:
    AtomicFile atomic_;
    hdf5::File file_;
};

}  // namespace wellsieve::formats::results
