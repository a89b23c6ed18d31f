#pragma once

#include "formats/plates/reader.hpp"

namespace wellsieve::formats::plates {

// One function a reader family, each in its own file; the registry lists them.
Reader tecan_icontrol_reader();
Reader tecan_magellan_reader();
Reader tecan_spark_reader();
Reader tecan_sunrise_reader();
Match sniff_biolector(const Document& document);
PlateFile read_biolector(const Document& document);
Match sniff_ambr(const Document& document);
PlateFile read_ambr(const Document& document);
Match sniff_cedex(const Document& document);
PlateFile read_cedex(const Document& document);
Match sniff_dasgip(const Document& document);
PlateFile read_dasgip(const Document& document);
Match sniff_flex2(const Document& document);
PlateFile read_flex2(const Document& document);
Match sniff_growth_profiler(const Document& document);
PlateFile read_growth_profiler(const Document& document);
Match sniff_mfcs(const Document& document);
PlateFile read_mfcs(const Document& document);
Match sniff_vicell(const Document& document);
PlateFile read_vicell(const Document& document);
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
