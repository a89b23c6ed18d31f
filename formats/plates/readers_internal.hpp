#pragma once

#include "formats/plates/reader.hpp"

namespace wellsieve::formats::plates {

// One function a reader family, each in its own file; the registry lists them.
Reader tecan_icontrol_reader();
Reader tecan_magellan_reader();
Reader tecan_spark_reader();
Reader tecan_sunrise_reader();
Match sniff_bmg(const Document& document);
PlateFile read_bmg(const Document& document);
Match sniff_envision(const Document& document);
PlateFile read_envision(const Document& document);
Match sniff_kaleido(const Document& document);
PlateFile read_kaleido(const Document& document);
Match sniff_nivo(const Document& document);
PlateFile read_nivo(const Document& document);
Match sniff_victor(const Document& document);
PlateFile read_victor(const Document& document);
Match sniff_fusion(const Document& document);
PlateFile read_fusion(const Document& document);

Match sniff_block(const Document& document);
PlateFile read_block(const Document& document);
Match sniff_tidy(const Document& document);
PlateFile read_tidy(const Document& document);
Match sniff_wide(const Document& document);
PlateFile read_wide(const Document& document);
Match sniff_asm(const Document& document);
PlateFile read_asm(const Document& document);
Match sniff_edd(const Document& document);
PlateFile read_edd(const Document& document);
Match sniff_lunatic(const Document& document);
PlateFile read_lunatic(const Document& document);
Match sniff_skanit(const Document& document);
PlateFile read_skanit(const Document& document);
Match sniff_list(const Document& document);
PlateFile read_list(const Document& document);

Match sniff_gen5(const Document& document);
PlateFile read_gen5(const Document& document);

Match sniff_softmax(const Document& document);
PlateFile read_softmax(const Document& document);

}  // namespace wellsieve::formats::plates
