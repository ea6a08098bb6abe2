package store

import (
	"encoding/binary"
	"hash/crc64"
	"strings"
	"testing"
)

// Rows of every version were summed so.
func TestASumIsOfCRC64(t *testing.T) {
	for _, parts := range [][]string{{}, {""}, {"a", ""}, {"", "a"}, {"966544444444", strings.Repeat("x", 5000)}} {
		var want uint64
		for _, part := range parts {
			want = crc64.Update(want, sums, binary.AppendUvarint(nil, uint64(len(part))))
			want = crc64.Update(want, sums, []byte(part))
		}
		if got := sum(parts...); got != int64(want) {
			t.Errorf("the sum of %.40q is %d, want %d", parts, got, int64(want))
		}
	}
}
