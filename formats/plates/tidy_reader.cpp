// A row a reading, or a row a well and time with several readings; columns by name. Reads what `to_tidy`
// writes.

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <unordered_map>

#include "formats/plates/plain_internal.hpp"
#include "formats/plates/plain_label_internal.hpp"
#include "formats/plates/readers_internal.hpp"
#include "formats/plates/text.hpp"
#include "formats/plates/tidy_header_internal.hpp"

namespace wellsieve::formats::plates {
namespace {

using namespace tidy;

/// The flag that a cell of the flag column means; nothing when it says that all is well.
std::optional<Flag> parse_flag(std::string_view text) {
    if (text.empty())
        return std::nullopt;
    for (std::string_view fine : {"none", "ok", "0", "false", "no", "good", "valid"})
        if (equals_ignoring_case(text, fine))
            return std::nullopt;
    for (Flag flag : {Flag::not_measured, Flag::overflow, Flag::underflow, Flag::masked, Flag::missed,
                      Flag::error, Flag::not_a_number, Flag::interpolated})
        if (equals_ignoring_case(text, flag_name(flag)))
            return flag;
    const auto token = parse_value_any_mark(text);
    return token && token->flag != Flag::none ? token->flag : Flag::error;
}

class TidyReading {
  public:
    explicit TidyReading(const Document& document)
        : document_(document), mark_(plain::decimal_mark(document)) {}

    PlateFile read() {
        plain::for_each_table(document_, plain::Shape::tidy, file_, [&](const Table& table) {
            table_ = &table;
            header_ = *find_header(table);
            read_table();
        });
        if (file_.measurements.empty())
            document_.fail("holds no table with the columns 'well' and 'value'");
        return std::move(file_);
    }

  private:
    std::string_view cell(std::size_t row, Role role) const {
        const auto column = header_.column(role);
        return column ? table_->cell(row, *column) : std::string_view();
    }

    void read_table() {
        known_.clear();
        slots_.clear();
        if (!header_.names_wells())
            place_series();
        if (!header_.names_wells() && !header_.column(Role::series))
            name_vessel();
        settle_time_unit();
        file_.measurements.reserve(file_.measurements.size() +
                                   (table_->rows() - header_.row) * header_.values.size());
        for (std::size_t row = header_.row + 1; row < table_->rows(); ++row) {
            if (!is_data(*table_, row))
                continue;
            if (const auto kind = cell(row, Role::kind); kind.empty() || kind == "raw")
                read_row(row);
            else
                file_.rejects.push_back({table_->place(row), fmt::format("kind '{}' is no reading", kind)});
        }
    }

    void place_series() {
        std::vector<std::string_view> order;
        for (std::size_t row = header_.row + 1; row < table_->rows(); ++row)
            if (is_data(*table_, row) && slots_.try_emplace(cell(row, Role::series)).second)
                order.push_back(cell(row, Role::series));
        const auto shape = plain::shape_for_series(order.size());
        if (!shape)
            document_.fail(fmt::format("{} samples without a well, more than a plate has", order.size()));
        for (std::uint32_t i = 0; i < order.size(); ++i)
            slots_[order[i]] = shape->well(i);
    }

    /// The log of one vessel is called after its file or sheet.
    void name_vessel() {
        const bool alone = document_.tables().size() == 1;
        const std::uint32_t plate = file_.plate(alone ? std::string_view("1") : table_->name());
        file_.plates[plate].vessels = Vessels::reactors;
        file_.plates[plate].shape = PlateShape{1, 1};
        file_.samples.emplace(
            std::pair(plate, slots_.at("")),
            alone ? std::filesystem::path(document_.path()).stem().string() : std::string(table_->name()));
    }

    void settle_time_unit() {
        seconds_per_unit_.reset();
        const auto column = header_.column(Role::time);
        if (!column)
            return;
        seconds_per_unit_ = plain::parse_time_header(table_->cell(header_.row, *column))->seconds_per_unit;
        std::vector<double> open;
        for (std::size_t row = header_.row + 1; row < table_->rows() && !seconds_per_unit_; ++row)
            if (const auto time = plain::parse_written_time(table_->cell(row, *column), mark_);
                time && !time->seconds_per_unit)
                open.push_back(time->number);
        if (open.empty())
            return;
        seconds_per_unit_ = plain::likely_seconds_per_unit(std::move(open));
        file_.metadata.emplace("time unit", plain::assumed_unit_note(*seconds_per_unit_));
    }

    void read_row(std::size_t row) {
        Measurement at;
        at.well = well_of(row);
        at.plate = plate_of(row);
        at.time_s = time_of(row);
        at.temperature_c = plain::parse_temperature(cell(row, Role::temperature), mark_);
        if (const auto sample = cell(row, Role::series); !sample.empty())
            name_sample(at, sample);
        for (std::size_t column : header_.values) {
            at.readout = readout_of(row, column);
            const std::string_view text = cell(row, Role::flag);
            const auto flag = parse_flag(text);
            if (!flag) {
                plain::add_reading(document_, *table_, row, column, mark_, at, file_);
                continue;
            }
            at.flag = *flag;
            if (text != flag_name(*flag))
                file_.flag_texts.emplace(file_.measurements.size(), text);
            file_.measurements.push_back(at);
        }
    }

    Well well_of(std::size_t row) {
        if (!header_.names_wells())
            return slots_.at(cell(row, Role::series));
        if (const auto well = well_at(*table_, row, header_))
            return *well;
        const auto column =
            header_.column(Role::well) ? *header_.column(Role::well) : *header_.column(Role::row);
        document_.fail(*table_, row, column, fmt::format("'{}' is not a well", table_->cell(row, column)));
    }

    std::uint32_t plate_of(std::size_t row) {
        std::string_view name = cell(row, Role::plate);
        if (name.empty())
            name = document_.tables().size() > 1 ? std::string_view(table_->name()) : "1";
        if (file_.plates.empty() || file_.plates[plate_].name != name)
            plate_ = file_.plate(name);
        return plate_;
    }

    double time_of(std::size_t row) {
        const std::string_view text = cell(row, Role::time);
        if (text.empty())
            return missing;
        const auto time = plain::parse_written_time(text, mark_);
        if (!time)
            document_.fail(*table_, row, *header_.column(Role::time),
                           fmt::format("'{}' is not a time", text));
        return time->number * time->seconds_per_unit.value_or(seconds_per_unit_.value_or(1));
    }

    /// The first name counts; the rows of a well mostly repeat it.
    void name_sample(const Measurement& at, std::string_view sample) {
        if (!file_.measurements.empty() && file_.measurements.back().well == at.well &&
            file_.measurements.back().plate == at.plate)
            return;
        file_.samples.try_emplace(std::pair(at.plate, at.well), sample);
    }

    struct KnownReadout {
        std::array<std::string_view, 6> cells;
        std::size_t column;
        std::uint32_t readout;
    };

    /// Rows come in some order of few readouts: the one after the last is tried first.
    std::uint32_t readout_of(std::size_t row, std::size_t column) {
        const std::array cells{cell(row, Role::mode),       cell(row, Role::readout),
                               cell(row, Role::wavelength), cell(row, Role::excitation),
                               cell(row, Role::emission),   cell(row, Role::unit)};
        for (std::size_t i = 0; i < known_.size(); ++i) {
            const std::size_t at = (last_known_ + i) % known_.size();
            if (known_[at].column == column && known_[at].cells == cells) {
                last_known_ = at;
                return known_[at].readout;
            }
        }
        known_.push_back({cells, column, file_.readout(describe_readout(row, column))});
        last_known_ = known_.size() - 1;
        return known_.back().readout;
    }

    Readout describe_readout(std::size_t row, std::size_t column) {
        const std::string_view mode = cell(row, Role::mode);
        const std::string_view name = cell(row, Role::readout);
        const bool generic = header_.column(Role::value) == column;
        Readout readout =
            plain::readout_from_label(!mode.empty()              ? mode
                                      : !name.empty() || generic ? name
                                                                 : table_->cell(header_.row, column));
        set_nm(row, Role::wavelength, Mode::absorbance, readout, readout.wavelength_nm);
        set_nm(row, Role::excitation, Mode::fluorescence, readout, readout.excitation_nm);
        set_nm(row, Role::emission,
               readout.mode == Mode::luminescence ? Mode::luminescence : Mode::fluorescence, readout,
               readout.emission_nm);
        const bool optical = readout.mode != Mode::analyte;
        if (!mode.empty() && optical)
            readout.name = name;
        if (const auto unit = cell(row, Role::unit); !unit.empty())
            readout.unit = unit;
        else if (optical)
            readout.unit = default_unit(readout.mode);
        return readout;
    }

    /// A wavelength in its own column says the mode where no other cell does.
    void set_nm(std::size_t row, Role role, Mode mode, Readout& readout, double& nm) {
        const std::string_view text = cell(row, role);
        if (text.empty())
            return;
        const auto number = parse_number(text, mark_);
        if (!number)
            document_.fail(*table_, row, *header_.column(role),
                           fmt::format("'{}' is not a wavelength", text));
        if (readout.mode == Mode::analyte && cell(row, Role::mode).empty())
            readout.mode = mode;
        nm = *number;
    }

    const Document& document_;
    const Table* table_ = nullptr;
    Header header_;
    char mark_;
    std::optional<double> seconds_per_unit_;
    std::unordered_map<std::string_view, Well> slots_;
    std::vector<KnownReadout> known_;
    std::size_t last_known_ = 0;
    std::uint32_t plate_ = 0;
    PlateFile file_;
};

}  // namespace

bool plain::is_tidy(const Table& table) {
    return find_header(table).has_value();
}

Match sniff_tidy(const Document& document) {
    return plain::shape_of(document) == plain::Shape::tidy ? Match::weak : Match::no;
}

PlateFile read_tidy(const Document& document) {
    return TidyReading(document).read();
}

}  // namespace wellsieve::formats::plates
