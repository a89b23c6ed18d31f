#include "workflows/commands.hpp"

int main(int argc, char** argv) {
    return wellsieve::workflows::run_command_line(argc, argv);
}
