#include <algorithm>
#include <charconv>
#include <mutex>
#include <system_error>

#include "formats/results/hdf5_internal.hpp"

namespace wellsieve::formats::results::hdf5 {
namespace {

/// Links and attributes of one object stay in its header up to this many: small files, few seeks.
constexpr unsigned compact_links = 256;

struct Stack {
    std::string innermost;
    int error_number = 0;
};

/// "… errno = 28, error message = 'No space left on device', …" → 28; 0 where it does not say.
int system_error_number(std::string_view description) {
    constexpr std::string_view key = "errno = ";
    const auto begin = description.find(key);
    if (begin == std::string_view::npos)
        return 0;
    const auto digits = description.substr(begin + key.size());
    int number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

herr_t collect(unsigned depth, const H5E_error2_t* entry, void* target) {
    auto& stack = *static_cast<Stack*>(target);
    const std::string_view description = entry->desc ? entry->desc : "";
    if (depth == 0)
        stack.innermost = description;
    if (stack.error_number == 0)
        stack.error_number = system_error_number(description);
    return 0;
}

PropertyList properties(hid_t kind) {
    return PropertyList(H5Pcreate(kind));
}

PropertyList link_properties() {
    auto list = properties(H5P_LINK_CREATE);
    check(H5Pset_char_encoding(list.id(), H5T_CSET_UTF8));
    return list;
}

PropertyList access_properties() {
    auto list = properties(H5P_FILE_ACCESS);
    check(H5Pset_libver_bounds(list.id(), H5F_LIBVER_V18, H5F_LIBVER_V18));
    check(H5Pset_fclose_degree(list.id(), H5F_CLOSE_STRONG));
    return list;
}

void write_attribute(hid_t object, std::string_view name, hid_t type, hid_t space, const void* value) {
    Attribute attribute(H5Acreate2(object, std::string(name).c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT));
    check(H5Awrite(attribute.id(), type, value));
}

/// Reads variable-length or fixed-length text through `read(memory type, buffer)`.
template <typename Read>
std::vector<std::string> read_texts_with(hid_t file_type, hid_t space, std::size_t n, Read read) {
    if (H5Tget_class(file_type) != H5T_STRING)
        throw Error("not text");
    std::vector<std::string> result(n);
    if (n == 0)
        return result;
    if (H5Tis_variable_str(file_type) > 0) {
        Type type(H5Tcopy(file_type));
        std::vector<char*> texts(n, nullptr);
        check(read(type.id(), texts.data()));
        for (std::size_t i = 0; i < n; ++i)
            result[i] = texts[i] ? texts[i] : "";
        check(H5Dvlen_reclaim(type.id(), space, H5P_DEFAULT, texts.data()));
        return result;
    }
    const auto width = H5Tget_size(file_type);
    std::vector<char> bytes(n * width);
    check(read(file_type, bytes.data()));
    for (std::size_t i = 0; i < n; ++i) {
        const std::string_view padded(bytes.data() + i * width, width);
        result[i] = padded.substr(0, padded.find('\0'));
    }
    return result;
}

}  // namespace

void prepare_thread() {
    static std::once_flag once;
    // Every file is closed by its owner. HDF5's own clean-up at exit would print, or hang, after a full disk.
    std::call_once(once, [] { H5dont_atexit(); });
    thread_local const auto silenced = H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    check(silenced);
}

void fail() {
    Stack stack;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, collect, &stack);
    H5Eclear2(H5E_DEFAULT);
    if (stack.error_number != 0)
        throw Error(std::generic_category().message(stack.error_number), stack.error_number);
    throw Error(stack.innermost.empty() ? "HDF5 gives no reason" : stack.innermost);
}

File create_file(const std::string& path) {
    auto list = properties(H5P_FILE_CREATE);
    check(H5Pset_obj_track_times(list.id(), false));
    check(H5Pset_link_phase_change(list.id(), compact_links, compact_links / 2));
    return File(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, list.id(), access_properties().id()));
}

File open_file(const std::string& path) {
    auto list = properties(H5P_FILE_ACCESS);
    check(H5Pset_fclose_degree(list.id(), H5F_CLOSE_STRONG));
    return File(H5Fopen(path.c_str(), H5F_ACC_RDONLY, list.id()));
}

Group create_group(hid_t parent, std::string_view name) {
    auto list = properties(H5P_GROUP_CREATE);
    check(H5Pset_obj_track_times(list.id(), false));
    check(H5Pset_link_phase_change(list.id(), compact_links, compact_links / 2));
    return Group(
        H5Gcreate2(parent, std::string(name).c_str(), link_properties().id(), list.id(), H5P_DEFAULT));
}

Group open_group(hid_t parent, std::string_view name) {
    return Group(H5Gopen2(parent, std::string(name).c_str(), H5P_DEFAULT));
}

PropertyList dataset_properties() {
    auto list = properties(H5P_DATASET_CREATE);
    check(H5Pset_obj_track_times(list.id(), false));
    return list;
}

Dataset create_dataset(hid_t parent, std::string_view name, hid_t type, hid_t space,
                       const PropertyList& dataset_list) {
    return Dataset(H5Dcreate2(parent, std::string(name).c_str(), type, space, link_properties().id(),
                              dataset_list.id(), H5P_DEFAULT));
}

Object open_object(hid_t parent, std::string_view name) {
    return Object(H5Oopen(parent, std::string(name).c_str(), H5P_DEFAULT));
}

Dataset open_dataset(hid_t parent, std::string_view name) {
    return Dataset(H5Dopen2(parent, std::string(name).c_str(), H5P_DEFAULT));
}

Space simple_space(std::span<const hsize_t> extent) {
    return Space(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr));
}

Type text_type() {
    Type type(H5Tcopy(H5T_C_S1));
    check(H5Tset_size(type.id(), H5T_VARIABLE));
    check(H5Tset_cset(type.id(), H5T_CSET_UTF8));
    return type;
}

Type bool_type() {
    Type type(H5Tenum_create(H5T_STD_I8LE));
    const std::int8_t no = 0, yes = 1;
    check(H5Tenum_insert(type.id(), "FALSE", &no));
    check(H5Tenum_insert(type.id(), "TRUE", &yes));
    return type;
}

void write_attribute(hid_t object, std::string_view name, std::string_view value) {
    const std::string text(value);
    const char* pointer = text.c_str();
    write_attribute(object, name, text_type().id(), Space(H5Screate(H5S_SCALAR)).id(), &pointer);
}

void write_attribute(hid_t object, std::string_view name, bool value) {
    const std::int8_t stored = value;
    write_attribute(object, name, bool_type().id(), Space(H5Screate(H5S_SCALAR)).id(), &stored);
}

void write_attribute(hid_t object, std::string_view name, std::span<const std::string_view> values) {
    const std::vector<std::string> texts(values.begin(), values.end());
    std::vector<const char*> pointers(texts.size() +
                                      1);  // never empty: HDF5 wants an address for no values, too
    std::ranges::transform(texts, pointers.begin(), [](const auto& text) { return text.c_str(); });
    const hsize_t n = texts.size();
    write_attribute(object, name, text_type().id(), simple_space({&n, 1}).id(), pointers.data());
}

void write_encoding(hid_t object, std::string_view type, std::string_view version) {
    write_attribute(object, "encoding-type", type);
    write_attribute(object, "encoding-version", version);
}

std::string read_text_attribute(hid_t object, std::string_view name) {
    const auto present = H5Aexists(object, std::string(name).c_str());
    check(present);
    if (!present)
        return {};
    auto texts = read_texts_attribute(object, name);
    if (texts.size() != 1)
        throw Error("attribute '" + std::string(name) + "' is not one text");
    return std::move(texts.front());
}

std::vector<std::string> read_texts_attribute(hid_t object, std::string_view name) {
    Attribute attribute(H5Aopen(object, std::string(name).c_str(), H5P_DEFAULT));
    Space space(H5Aget_space(attribute.id()));
    Type type(H5Aget_type(attribute.id()));
    const auto n = H5Sget_simple_extent_npoints(space.id());
    check(n < 0 ? -1 : 0);
    return read_texts_with(type.id(), space.id(), static_cast<std::size_t>(n),
                           [&](hid_t memory, void* into) { return H5Aread(attribute.id(), memory, into); });
}

bool read_bool_attribute(hid_t object, std::string_view name) {
    Attribute attribute(H5Aopen(object, std::string(name).c_str(), H5P_DEFAULT));
    Type type(H5Aget_type(attribute.id()));
    Space space(H5Aget_space(attribute.id()));
    if (H5Tget_size(type.id()) != 1 || H5Sget_simple_extent_npoints(space.id()) != 1)
        throw Error("attribute '" + std::string(name) + "' is not one truth value");
    std::int8_t value = 0;
    check(H5Aread(attribute.id(), type.id(), &value));
    return value != 0;
}

void write_text(hid_t parent, std::string_view name, std::string_view value) {
    const std::string text(value);
    const char* pointer = text.c_str();
    const auto type = text_type();
    auto dataset =
        create_dataset(parent, name, type.id(), Space(H5Screate(H5S_SCALAR)).id(), dataset_properties());
    check(H5Dwrite(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, &pointer));
    write_encoding(dataset.id(), "string", "0.2.0");
}

Dataset write_texts(hid_t parent, std::string_view name, std::span<const std::string> values) {
    std::vector<const char*> pointers(values.size());
    std::ranges::transform(values, pointers.begin(), [](const auto& text) { return text.c_str(); });
    const hsize_t n = values.size();
    const auto type = text_type();
    auto dataset = create_dataset(parent, name, type.id(), simple_space({&n, 1}).id(), dataset_properties());
    if (n > 0)
        check(H5Dwrite(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()));
    write_encoding(dataset.id(), "string-array", "0.2.0");
    return dataset;
}

std::vector<std::string> read_texts(const Dataset& dataset) {
    const auto n = length(dataset);
    Type type(H5Dget_type(dataset.id()));
    Space space(H5Dget_space(dataset.id()));
    return read_texts_with(type.id(), space.id(), n, [&](hid_t memory, void* into) {
        return H5Dread(dataset.id(), memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, into);
    });
}

bool has_link(hid_t parent, std::string_view name) {
    const auto present = H5Lexists(parent, std::string(name).c_str(), H5P_DEFAULT);
    check(present);
    return present > 0;
}

std::vector<std::string> link_names(hid_t group) {
    std::vector<std::string> names;
    const auto add = [](hid_t, const char* name, const H5L_info_t*, void* target) -> herr_t {
        static_cast<std::vector<std::string>*>(target)->emplace_back(name);
        return 0;
    };
    check(H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, add, &names));
    return names;
}

std::size_t length(const Dataset& dataset) {
    Space space(H5Dget_space(dataset.id()));
    if (H5Sget_simple_extent_ndims(space.id()) > 1)
        throw Error("more than one dimension");
    const auto n = H5Sget_simple_extent_npoints(space.id());
    check(n < 0 ? -1 : 0);
    return static_cast<std::size_t>(n);
}

}  // namespace wellsieve::formats::results::hdf5
