package memory

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// dropProgram lets go of the pages that were read from the program's own file. What is read-only
// and has no page of its own in memory is on the disk as it is here.
// See https://man7.org/linux/man-pages/man5/proc_pid_smaps.5.html
func dropProgram() {
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return
	}
	var pages mapping
	for line := range bytes.Lines(maps) {
		words := strings.Fields(string(line))
		switch {
		case len(words) >= 5 && strings.Contains(words[0], "-"):
			pages = mappingOf(words, program)
		case len(words) == 3 && (words[0] == "Anonymous:" || words[0] == "Swap:"):
			pages.own = pages.own || words[1] != "0"
		case len(words) > 0 && words[0] == "VmFlags:" && pages.isFile && !pages.own:
			_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, pages.start, pages.size, syscall.MADV_DONTNEED)
		}
	}
}

// mapping is a piece of the process's memory.
type mapping struct {
	start, size uintptr
	isFile      bool // it is a read-only part of the program's file
	own         bool // it has pages that are not the file's
}

// mappingOf reads the first line of a mapping: 00400000-00c00000 r-xp 00000000 fe:00 123 /bin/program.
func mappingOf(words []string, program string) mapping {
	from, to, _ := strings.Cut(words[0], "-")
	start, err := strconv.ParseUint(from, 16, 64)
	end, err2 := strconv.ParseUint(to, 16, 64)
	if err != nil || err2 != nil || len(words) != 6 || words[5] != program || strings.Contains(words[1], "w") {
		return mapping{}
	}
	return mapping{start: uintptr(start), size: uintptr(end - start), isFile: true}
}
