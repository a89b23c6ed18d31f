// Allotrope Simple Model, plate reader, as allotropy writes it: schemas BENCHLING/2023/09, REC/2024/06 and
// REC/2025/03 differ in what surrounds a measurement, not in the measurement.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/readers_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates {
namespace {

using nlohmann::json;

constexpr const char* aggregate_key = "plate reader aggregate document";

/// A member of an object; null when there is none.
const json* member(const json* object, const char* key) {
    if (object == nullptr || !object->is_object())
        return nullptr;
    const auto found = object->find(key);
    return found == object->end() ? nullptr : &*found;
}

/// The elements of an array, or the one that stands without; none for null.
std::vector<const json*> elements(const json* array) {
    std::vector<const json*> all;
    if (array == nullptr)
        return all;
    if (!array->is_array())
        return {array};
    for (const json& element : *array)
        all.push_back(&element);
    return all;
}

const json* first_element(const json* array) {
    const auto all = elements(array);
    return all.empty() ? nullptr : all.front();
}

/// Text as it is, a number with its digits; empty for anything else.
std::string text_of(const json* value) {
    if (value == nullptr || value->is_null() || value->is_structured())
        return {};
    return value->is_string() ? value->get<std::string>() : value->dump();
}

/// Of a number, or of an object {value, unit}.
double number_of(const json* value) {
    if (const json* inner = member(value, "value"))
        value = inner;
    return value != nullptr && value->is_number() ? value->get<double>() : missing;
}

struct ErrorNote {
    std::string feature;
    std::string text;
};

/// One measurement document, and what its group says about it.
struct Item {
    const json* measurement;
    const json* sample;
    std::string place;  ///< for messages
    std::string plate;
    double wells;  ///< of the plate, as stated
};

/// What holds for every value of one measurement document.
struct Context {
    std::string place;  ///< for messages
    const json* control = nullptr;
    std::vector<ErrorNote> errors;
    Measurement at;
};

std::optional<Mode> mode_in(std::string_view text) {
    for (Mode mode : {Mode::absorbance, Mode::fluorescence, Mode::luminescence})
        if (contains_ignoring_case(text, mode_name(mode)))
            return mode;
    return starts_with_ignoring_case(text, "absor") ? std::optional(Mode::absorbance) : std::nullopt;
}

/// Spectra of fluorescence carry "absorbance" as their concept, so the detector decides before the key.
std::optional<Mode> mode_of(const std::string& key, const json* control) {
    for (const char* where : {"detection type", "device type"})
        if (const auto mode = mode_in(text_of(member(control, where))))
            return mode;
    return mode_in(key);
}

Readout readout_of(Mode mode, const json* control) {
    Readout readout;
    readout.mode = mode;
    readout.unit = default_unit(mode);
    const double detector = number_of(member(control, "detector wavelength setting"));
    if (mode == Mode::absorbance)
        readout.wavelength_nm = detector;
    else if (mode == Mode::fluorescence || detector != 0)  // luminescence at 0 nm: no filter
        readout.emission_nm = detector;
    if (mode == Mode::fluorescence)
        readout.excitation_nm = number_of(member(control, "excitation wavelength setting"));
    return readout;
}

Flag flag_of(std::string_view text) {
    const auto token = parse_value(text);
    return token && token->flag != Flag::none ? token->flag : Flag::error;
}

/// "A1", "A01". In a document with rows "A" … "Z", the rows "a" … "f" are those past Z, as BMG writes them.
std::optional<Well> well_of(std::string_view text, bool upper_case_rows) {
    text = trim(text);
    if (upper_case_rows && text.size() > 1 && text[0] >= 'a' && text[0] <= 'f' && text[1] <= '9')
        return parse_well(fmt::format("A{}", text));
    return parse_well(text);
}

double seconds_per(std::string_view unit) {
    if (unit == "min")
        return 60;
    return unit == "h" || unit == "hr" ? 3600 : unit == "ms" ? 1e-3 : 1;
}

class AsmReading {
  public:
    explicit AsmReading(const Document& document) : document_(document) {}

    PlateFile read() {
        const json root = parse();
        const json* aggregate = member(&root, aggregate_key);
        if (aggregate == nullptr)
            document_.fail("holds no 'plate reader aggregate document'");
        read_facts(*aggregate);
        read_calculated(*aggregate);
        std::vector<Item> items = collect(*aggregate);
        // The model has no order of plates; their names have.
        std::stable_sort(items.begin(), items.end(),
                         [](const Item& x, const Item& y) { return x.plate < y.plate; });
        for (const Item& item : items)
            read_measurement(item);
        for (const auto& [plate, wells] : wells_)
            if (const auto shape = standard_shape(wells))
                set_shape(file_, plate, shape->rows, shape->columns);
        return std::move(file_);
    }

  private:
    json parse() {
        try {
            return json::parse(document_.text());
        } catch (const json::parse_error& error) {
            std::string_view message =
                error.what();  // "[json.exception…] parse error at line 3, column 5: …"
            const std::size_t line = message.find("line ");
            const std::size_t colon = message.find(": ", line);
            if (line == std::string_view::npos || colon == std::string_view::npos)
                document_.fail("is not JSON");
            throw FormatError(document_.path(), message.substr(line, colon - line),
                              fmt::format("is not JSON: {}", one_line(message.substr(colon + 2))));
        } catch (const json::exception& error) {
            document_.fail(fmt::format("is not JSON: {}", one_line(error.what())));
        }
    }

    static std::string one_line(std::string_view text) {
        std::string line(text);
        for (char& c : line)
            c = static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        return line;
    }

    void read_facts(const json& aggregate) {
        const json* device = member(&aggregate, "device system document");
        const json* data = member(&aggregate, "data system document");
        for (const char* key : {"product manufacturer", "model number", "equipment serial number"})
            note(file_, key, text_of(member(device, key)));
        for (const char* key : {"software name", "software version"})
            note(file_, key, text_of(member(data, key)));
    }

    /// Calculated values are no readings; their names tell whose errors are whose.
    void read_calculated(const json& aggregate) {
        const auto all = elements(
            member(member(&aggregate, "calculated data aggregate document"), "calculated data document"));
        for (const json* value : all)
            calculated_names_.insert(text_of(member(value, "calculated data name")));
        if (!all.empty())
            file_.rejects.push_back(
                {"calculated data aggregate document", fmt::format("{} calculated values", all.size())});
    }

    std::vector<Item> collect(const json& aggregate) {
        std::vector<Item> items;
        std::size_t group_number = 0;
        for (const json* document : elements(member(&aggregate, "plate reader document"))) {
            const json* group = member(document, "measurement aggregate document");
            note(file_, "measurement time", text_of(member(group, "measurement time")));
            ++group_number;
            std::size_t number = 0;
            for (const json* measurement : elements(member(group, "measurement document"))) {
                Item item{measurement, {}, {}, {}, number_of(member(group, "plate well count"))};
                item.place =
                    fmt::format("plate reader document {}, measurement document {}", group_number, ++number);
                const json* sample = member(measurement, "sample document");
                item.sample = sample != nullptr ? sample : member(group, "sample document");
                item.plate = text_of(member(item.sample, "well plate identifier"));
                const std::string position = position_of(item);
                upper_case_rows_ =
                    upper_case_rows_ || (!position.empty() && position[0] >= 'A' && position[0] <= 'Z');
                items.push_back(std::move(item));
            }
        }
        return items;
    }

    static std::string position_of(const Item& item) {
        const json* location = member(item.sample, "well location identifier");
        return text_of(location != nullptr ? location : member(item.sample, "location identifier"));
    }

    void read_measurement(const Item& item) {
        if (!item.measurement->is_object())
            throw FormatError(document_.path(), item.place, "is not an object");
        Context context;
        context.place = item.place;
        context.control = first_element(
            member(member(item.measurement, "device control aggregate document"), "device control document"));
        place_measurement(item, context);
        context.at.temperature_c = number_of(member(item.measurement, "compartment temperature"));
        read_errors(*item.measurement, context);
        read_values(*item.measurement, context);
    }

    void place_measurement(const Item& item, Context& context) {
        const std::string position = position_of(item);
        const auto well = well_of(position, upper_case_rows_);
        if (!well)
            throw FormatError(document_.path(), item.place, fmt::format("'{}' is not a well", position));
        context.at.well = *well;
        context.at.plate = file_.plate(item.plate.empty() ? "1" : item.plate);
        if (item.wells > 0 && item.wells <= 1536)
            wells_[context.at.plate] = static_cast<std::uint32_t>(item.wells);
        if (const std::string name = text_of(member(item.sample, "sample identifier")); !name.empty())
            file_.samples.try_emplace(std::pair(context.at.plate, context.at.well), name);
    }

    void read_errors(const json& measurement, Context& context) {
        for (const json* error :
             elements(member(member(&measurement, "error aggregate document"), "error document")))
            context.errors.push_back(
                {text_of(member(error, "error feature")), text_of(member(error, "error"))});
    }

    void read_values(const json& measurement, Context& context) {
        for (const auto& [key, value] : measurement.items()) {
            const bool cube = key.ends_with("data cube");
            if (!cube && key != "absorbance" && key != "fluorescence" && key != "luminescence")
                continue;
            const auto mode = mode_of(key, context.control);
            if (!mode) {
                file_.rejects.push_back({context.place, fmt::format("'{}' is of no mode that is read", key)});
                continue;
            }
            if (cube) {
                read_cube(key, value, *mode, context);
            } else {
                context.at.readout = file_.readout(readout_of(*mode, context.control));
                context.at.time_s = missing;
                add(member(&value, "value"), error_for(key, context), context);
            }
        }
    }

    /// The error that stands for a value: the one of its feature, else one that belongs to no calculated
    /// value.
    const ErrorNote* error_for(const std::string& feature, const Context& context) const {
        for (const ErrorNote& error : context.errors)
            if (equals_ignoring_case(error.feature, feature))
                return &error;
        for (const ErrorNote& error : context.errors)
            if (calculated_names_.count(error.feature) == 0)
                return &error;
        return nullptr;
    }

    /// The error of one point of a cube: its feature starts with the point's time or wavelength, "320.0nm".
    static const ErrorNote* error_at(double x, const Context& context) {
        for (const ErrorNote& error : context.errors) {
            const std::size_t end = error.feature.find_first_not_of("+-.0123456789eE");
            const auto number = parse_number(std::string_view(error.feature).substr(0, end));
            if (number && std::abs(*number - x) < 1e-9)
                return &error;
        }
        return nullptr;
    }

    void read_cube(const std::string& key, const json& cube, Mode mode, Context& context) {
        const json* dimension = first_element(member(member(&cube, "cube-structure"), "dimensions"));
        const json* data = member(&cube, "data");
        const auto xs = elements(first_element(member(data, "dimensions")));
        const auto ys = elements(first_element(member(data, "measures")));
        if (dimension == nullptr || xs.size() != ys.size())
            fail(context, fmt::format("'{}' has {} points and {} values", key, xs.size(), ys.size()));
        const bool kinetic = contains_ignoring_case(text_of(member(dimension, "concept")), "time");
        const double unit_s = seconds_per(text_of(member(dimension, "unit")));
        Readout readout = readout_of(mode, context.control);
        double& swept = mode == Mode::absorbance                    ? readout.wavelength_nm
                        : contains_ignoring_case(key, "excitation") ? readout.excitation_nm
                                                                    : readout.emission_nm;
        if (kinetic)
            context.at.readout = file_.readout(readout);
        for (std::size_t i = 0; i < xs.size(); ++i) {
            const double x = number_of(xs[i]);
            if (std::isnan(x))
                fail(context, fmt::format("'{}' has a point that is not a number", key));
            context.at.time_s = kinetic ? x * unit_s : missing;
            if (!kinetic) {
                swept = x;
                context.at.readout = next_readout(readout);
            }
            add(ys[i], error_at(x, context), context);
        }
    }

    /// The wells of a plate have their wavelengths in the same order: the readout after the last is tried
    /// first.
    std::uint32_t next_readout(const Readout& readout) {
        const std::size_t next = last_readout_ + 1 < file_.readouts.size() ? last_readout_ + 1 : 0;
        last_readout_ = next < file_.readouts.size() && file_.readouts[next].same_as(readout)
                            ? static_cast<std::uint32_t>(next)
                            : file_.readout(readout);
        return last_readout_;
    }

    /// allotropy writes -0.0 and an error where a value is missing; -0.0 without an error is a reading.
    void add(const json* value, const ErrorNote* error, const Context& context) {
        Measurement at = context.at;
        std::string token;
        const double number = number_of(value);
        if (std::isfinite(number) && !(error != nullptr && number == 0 && std::signbit(number))) {
            at.value = number;
        } else if (error != nullptr) {
            at.flag = flag_of(error->text);
            token = error->text;
        } else if (value == nullptr || value->is_null()) {
            at.flag = Flag::not_measured;
        } else {
            token = text_of(value);
            const auto known = parse_value(token);
            if (!known || known->flag == Flag::none)
                fail(context, fmt::format("'{}' is neither a number nor a mark that a reader writes", token));
            at.flag = known->flag;
        }
        if (!token.empty())
            file_.flag_texts.emplace(file_.measurements.size(), token);
        file_.measurements.push_back(at);
    }

    [[noreturn]] void fail(const Context& context, const std::string& message) const {
        throw FormatError(document_.path(), context.place,
                          fmt::format("well {}: {}", well_name(context.at.well), message));
    }

    const Document& document_;
    PlateFile file_;
    std::set<std::string> calculated_names_;
    std::map<std::uint32_t, std::uint32_t> wells_;  ///< of each plate, as stated
    std::uint32_t last_readout_ = 0;
    bool upper_case_rows_ = false;
};

}  // namespace

Match sniff_asm(const Document& document) {
    if (document.is_workbook())
        return Match::no;
    const std::string_view text = trim(document.text());
    const bool found = text.starts_with('{') && text.find(aggregate_key) != std::string_view::npos;
    return found ? Match::certain : Match::no;
}

PlateFile read_asm(const Document& document) {
    return AsmReading(document).read();
}

}  // namespace wellsieve::formats::plates
