#include <system_error>

#include "formats/results/result_writer_internal.hpp"

namespace wellsieve::formats::results {

AtomicHdf5File::AtomicHdf5File(const std::filesystem::path& path) : atomic_(path) {
    reporting(path, "the file", [&] { file_ = hdf5::create_file(atomic_.temporary().string()); });
}

/// HDF5 cannot close a file that it cannot flush, and would keep it open for ever. Giving the bytes of the
/// abandoned file back to a full disk makes the room that its last pages need.
AtomicHdf5File::~AtomicHdf5File() {
    if (file_.id() < 0)
        return;
    std::error_code ignored;
    std::filesystem::resize_file(atomic_.temporary(), 0, ignored);
}

void AtomicHdf5File::finish() {
    if (file_.id() < 0)
        return;
    reporting(path(), "the file", [&] {
        hdf5::check(H5Fflush(file_.id(), H5F_SCOPE_LOCAL));
        file_.close_checked();
    });
    atomic_.sync();
}

void AtomicHdf5File::commit() {
    finish();
    atomic_.commit();
}

}  // namespace wellsieve::formats::results
