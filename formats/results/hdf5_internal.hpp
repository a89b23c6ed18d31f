#pragma once

#include <hdf5.h>

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// HDF5's C interface, each call checked once. HDF5 never prints; what it has to say becomes the exception.
namespace wellsieve::formats::results::hdf5 {

/// What HDF5 or the system says: "No space left on device", "unable to open object: object 'x' doesn't
/// exist".
class Error : public std::runtime_error {
  public:
    explicit Error(const std::string& message, int number = 0)
        : std::runtime_error(message), number_(number) {}
    int number() const { return number_; }  ///< the system's errno; 0 where the reason is another

  private:
    int number_;
};

/// To be called by each public entry, on the thread that goes on to call HDF5 (its error settings are a
/// thread's own). Cheap.
void prepare_thread();

/// Throws Error with the innermost reason of HDF5's error stack.
[[noreturn]] void fail();

inline void check(herr_t status) {
    if (status < 0)
        fail();
}

/// Owns an HDF5 identifier.
template <herr_t (*close)(hid_t)>
class Handle {
  public:
    Handle() = default;
    explicit Handle(hid_t id) : id_(id) {
        if (id < 0)
            fail();
    }
    Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
    Handle& operator=(Handle&& other) noexcept {
        std::swap(id_, other.id_);
        return *this;
    }
    ~Handle() {
        if (id_ >= 0)
            close(id_);
    }

    hid_t id() const { return id_; }
    /// Where a failure to close matters, because only then the bytes are written.
    void close_checked() { check(close(std::exchange(id_, H5I_INVALID_HID))); }

  private:
    hid_t id_ = H5I_INVALID_HID;
};

using File = Handle<H5Fclose>;
using Group = Handle<H5Gclose>;
using Dataset = Handle<H5Dclose>;
using Attribute = Handle<H5Aclose>;
using Object = Handle<H5Oclose>;
using Space = Handle<H5Sclose>;
using Type = Handle<H5Tclose>;
using PropertyList = Handle<H5Pclose>;

/// Files and objects that carry no times: the same content gives the same bytes. Read by HDF5 1.8 and later.
File create_file(const std::string& path);
File open_file(const std::string& path);
Group create_group(hid_t parent, std::string_view name);
Group open_group(hid_t parent, std::string_view name);
PropertyList dataset_properties();
Dataset create_dataset(hid_t parent, std::string_view name, hid_t type, hid_t space,
                       const PropertyList& properties);
Object open_object(hid_t parent, std::string_view name);
Dataset open_dataset(hid_t parent, std::string_view name);
Space simple_space(std::span<const hsize_t> extent);

/// Variable-length UTF-8, as h5py writes `str`.
Type text_type();
/// FALSE = 0, TRUE = 1 on one byte, as h5py writes `bool`.
Type bool_type();

void write_attribute(hid_t object, std::string_view name, std::string_view value);
void write_attribute(hid_t object, std::string_view name, bool value);
void write_attribute(hid_t object, std::string_view name, std::span<const std::string_view> values);
/// The pair of attributes by which AnnData tells what an object holds.
void write_encoding(hid_t object, std::string_view type, std::string_view version);

/// Text of an attribute; empty where there is none. Throws where it is no text.
std::string read_text_attribute(hid_t object, std::string_view name);
std::vector<std::string> read_texts_attribute(hid_t object, std::string_view name);
bool read_bool_attribute(hid_t object, std::string_view name);

/// A scalar string, and a vector of strings, with their AnnData encodings.
void write_text(hid_t parent, std::string_view name, std::string_view value);
Dataset write_texts(hid_t parent, std::string_view name, std::span<const std::string> values);
std::vector<std::string> read_texts(const Dataset& dataset);

bool has_link(hid_t parent, std::string_view name);
std::vector<std::string> link_names(hid_t group);
/// Number of elements of a one-dimensional dataset (or of a scalar: 1); throws on more dimensions.
std::size_t length(const Dataset& dataset);

}  // namespace wellsieve::formats::results::hdf5
