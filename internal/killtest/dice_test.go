package killtest

import (
	"flag"
	"hash/fnv"
	"math/rand/v2"
	"testing"
	"time"
)

var killSeed = flag.Uint64("kill-seed", rand.Uint64(), "makes the kills the same as in a run that printed it")

// dice draws the kills of one test.
type dice struct{ *rand.Rand }

func newDice(t *testing.T) dice {
	t.Helper()
	t.Logf("the same kills again: -kill-seed %d", *killSeed)
	name := fnv.New64()
	_, _ = name.Write([]byte(t.Name()))
	return dice{rand.New(rand.NewPCG(*killSeed, name.Sum64()))}
}

// within draws a time from 0 to before d.
func (d dice) within(most time.Duration) time.Duration {
	return time.Duration(d.Int64N(int64(most)))
}
