package catch_test

import (
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"azeer-slack/internal/catch"
)

func TestEachDoesAllSomeAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var done [10]bool
		broken := errors.New("broken")
		began := time.Now()
		err := catch.Each(len(done), 4, func(i int) error {
			time.Sleep(time.Second)
			done[i] = true
			if i == 2 {
				return broken
			}
			return nil
		})
		if took := time.Since(began); done != [10]bool{true, true, true, true, true, true, true, true, true, true} || took != 3*time.Second || !errors.Is(err, broken) {
			t.Errorf("done %v in %v: %v", done, took, err)
		}
	})
}

// What panics is told where it can be caught, with the stack of where it happened, and when all others have ended.
func TestEachPanicsWhereItIsCalled(t *testing.T) {
	var ended atomic.Int32
	err := catch.Panics(func() error {
		return catch.Each(3, 3, func(i int) error {
			defer ended.Add(1)
			if i == 1 {
				indexBeyond(nil)
			}
			return nil
		})
	})
	p, ok := errors.AsType[*catch.Panic](err)
	if !ok || ended.Load() != 3 {
		t.Fatalf("%d have ended: %v", ended.Load(), err)
	}
	if !strings.Contains(string(p.Stack), "indexBeyond") || !strings.Contains(p.Error(), "out of range") {
		t.Errorf("%v\n%s", p, p.Stack)
	}
}

//go:noinline
func indexBeyond(of []int) { runtime.KeepAlive(of[1]) }
