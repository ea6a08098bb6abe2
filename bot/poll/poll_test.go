package poll

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
)

func TestTheLoopComesRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		start, woken := time.Now(), make(chan struct{}, 1)
		var at []time.Duration
		complaints := 0
		// More is due in ten seconds; then five turns fail, one of them in panic; then there is nothing.
		l := Loop{
			Name: "test", Log: zerolog.Nop(), Woken: woken, Complain: func(error) { complaints++ },
			Work: func() (time.Duration, error) {
				at = append(at, time.Since(start))
				switch n := len(at); {
				case n == 1:
					return 10 * time.Second, nil
				case n == 4:
					panic("not at all")
				case n <= 7:
					return 0, errors.New("not now")
				}
				return time.Hour, nil
			},
		}
		ended := make(chan struct{})
		go func() { defer close(ended); l.Run(ctx) }()
		time.Sleep(330 * time.Second)
		Wake(woken)
		synctest.Wait()
		cancel()
		<-ended
		want := []time.Duration{0, 10, 15, 25, 85, 90, 100, 120, 180, 240, 300, 330}
		for i := range want {
			want[i] *= time.Second
		}
		if !slices.Equal(at, want) || complaints != 5 {
			t.Errorf("worked at %v, want %v; %d complaints", at, want, complaints)
		}
	})
}
