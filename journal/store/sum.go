package store

import (
	"encoding/binary"
	"errors"
	"hash/crc64"
	"strconv"
)

var sums = crc64.MakeTable(crc64.ECMA)

// sum is one over all parts, and over where each ends. It is what crc64.Update gives, which takes
// 16 kB of the stack: to grow the stack for it takes longer than the sum.
func sum(parts ...string) int64 {
	s := ^uint64(0)
	for _, part := range parts {
		for _, b := range binary.AppendUvarint(nil, uint64(len(part))) {
			s = sums[byte(s)^b] ^ s>>8
		}
		for i := range len(part) {
			s = sums[byte(s)^part[i]] ^ s>>8
		}
	}
	return int64(^s)
}

func number(n int64) string { return string(binary.AppendVarint(nil, n)) }

// RequestSum is the checksum of what was asked.
func (r *Row) RequestSum() int64 {
	parts := []string{r.Key, r.Requester, r.Contact, r.ContactID, r.Agent, r.Origin, number(r.Undoes)}
	if r.Batch != 0 { // older versions knew of none
		parts = append(parts, number(r.Batch))
	}
	if r.Note != "" || r.Receipt {
		parts = append(parts, r.Note, strconv.FormatBool(r.Receipt))
	}
	return sum(parts...)
}

// Sum is the checksum of the outcome.
func (f *Finish) Sum() int64 { return outcomeSum(f.ID, f.Kind, f.Outcome, f.Newer) }

func outcomeSum(id int64, kind, outcome string, newer *int64) int64 {
	if newer == nil {
		newer = new(int64)
	}
	return sum(number(id), kind, outcome, number(*newer))
}

// Check tells a row that is not as it was stored.
func (r *Row) Check() error {
	switch {
	case r.Sums[0] != nil && *r.Sums[0] != r.RequestSum():
		return errors.New("it is not what was asked: the journal is damaged")
	case r.Kind == "" || r.Sums[1] == nil:
		return nil
	case r.Outcome == nil || *r.Sums[1] != outcomeSum(r.ID, r.Kind, *r.Outcome, r.Newer):
		return errors.New("its outcome is not what it was: the journal is damaged")
	}
	return nil
}
