// The C library's calls that change files, with faults: a call that fails, and a crash before or
// after one. Linked over the real ones (--wrap), so that the program needs no seam for it. A crash
// is no end of the process: what a restarted one would do is run in its place, in the very memory
// that the crash left, and does not return.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace wgmesh::disk {

// From now on calls under `root` count, and what they change is remembered under `keep`, which is
// on the same file system.
void watch(const std::string& root, const std::string& keep);
void stop_watching();

// Two for each call: before and after it.
std::size_t points();
void crash_at(std::size_t point, std::function<void()> restart);

std::size_t calls();
// The calls are counted from 1; 0: none fails.
void fail_at(std::size_t call, int error_number, bool stays);

// From now on each sync takes so long. syncs(): how often somebody has waited for the disk; those
// that wait at the same time count once.
void slow_down(std::chrono::milliseconds sync);
std::size_t syncs();

// From now on everything that needs space fails with ENOSPC.
void fill();

// What a power cut may leave. Content that was not synced is lost in either case.
enum class Names { kAsSynced, kAsLastSeen };
void cut_power(Names names);

}  // namespace wgmesh::disk
