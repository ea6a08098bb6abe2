package catch

// roomFor is how much of a stack most of the program's work needs.
const roomFor = 12 << 10

// Room has the stack of this goroutine grow at once to what most work needs. A stack that grows
// in the middle of it does so three or four times, and with all frames that are on it by then.
//
//go:noinline
func Room() {
	var room [roomFor]byte
	touch(&room)
}

//go:noinline
func touch(*[roomFor]byte) {}
