package socketmode

import "testing"

// FuzzFrameRecorderSeesFragments holds the law that the verdicts do not depend on how the
// bytes are cut into reads.
func FuzzFrameRecorderSeesFragments(f *testing.F) {
	f.Add([]byte{0x81, 0x80, 1, 2, 3, 4, 0x01, 0x81, 1, 2, 3, 4, 5, 0x80, 0x80, 1, 2, 3, 4}, 3)
	f.Fuzz(func(t *testing.T, stream []byte, cut int) {
		cut = max(cut, 1)
		var whole, pieces frameRecorder
		whole.follow(stream)
		for rest := stream; len(rest) > 0; {
			n := min(cut, len(rest))
			pieces.follow(rest[:n])
			rest = rest[n:]
		}
		if len(whole.fragmented) != len(pieces.fragmented) {
			t.Fatalf("whole %v, in pieces %v", whole.fragmented, pieces.fragmented)
		}
		for i := range whole.fragmented {
			if whole.fragmented[i] != pieces.fragmented[i] {
				t.Fatalf("whole %v, in pieces %v", whole.fragmented, pieces.fragmented)
			}
		}
	})
}
