// Package pack writes numbers in few characters, for the value of a button. It does not know what
// they mean.
package pack

import (
	"encoding/binary"
	"slices"
	"strings"
)

// The characters of a packed text are fourteen bits each, from firstPacked on: Han characters,
// which no normalisation changes.
const (
	firstPacked = '\u4e00'
	packedBits  = 14
)

// Numbers writes numbers as characters, sorted.
func Numbers(numbers []uint64) string {
	sorted := slices.Clone(numbers)
	slices.Sort(sorted)
	var raw []byte
	last := uint64(0)
	for _, n := range sorted {
		raw = binary.AppendUvarint(raw, n-last)
		last = n
	}
	var text strings.Builder
	bits, held := uint(0), uint32(0)
	for _, b := range raw {
		held, bits = held<<8|uint32(b), bits+8
		if bits >= packedBits {
			bits -= packedBits
			text.WriteRune(firstPacked + rune(held>>bits))
			held &= 1<<bits - 1
		}
	}
	if bits > 0 {
		text.WriteRune(firstPacked + rune(held<<(packedBits-bits)))
	}
	return text.String()
}

// Read reads what Numbers wrote; nothing where it is not that.
func Read(text string) (numbers []uint64) {
	var raw []byte
	bits, held := uint(0), uint32(0)
	for _, r := range text {
		if r < firstPacked || r >= firstPacked+1<<packedBits {
			return nil
		}
		held, bits = held<<packedBits|uint32(r-firstPacked), bits+packedBits
		for bits >= 8 {
			bits -= 8
			raw = append(raw, byte(held>>bits))
			held &= 1<<bits - 1
		}
	}
	last := uint64(0)
	for len(raw) > 0 {
		n, size := binary.Uvarint(raw)
		if size <= 0 {
			return nil
		}
		if raw = raw[size:]; n == 0 { // what filled up the last character
			continue
		}
		last += n
		numbers = append(numbers, last)
	}
	return numbers
}
