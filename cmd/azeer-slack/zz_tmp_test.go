package main
import ("testing";"runtime";"runtime/pprof";"os";"time";"fmt";"azeer-slack/sandbox")
func BenchmarkZZ(b *testing.B){
 if b.N==1 {return}
 w:=work(b,64)
 w.Azeer.Always(sandbox.Misbehaviour{Hang:true})
 w.burst(64,b.N)
 pass(time.Second)
 var m runtime.MemStats
 runtime.ReadMemStats(&m)
 fmt.Printf("goroutines %d stack %d MB heapinuse %d heapalloc %d sys %d\n", runtime.NumGoroutine(), m.StackInuse>>20,m.HeapInuse>>20,m.HeapAlloc>>20,m.Sys>>20)
 runtime.GC()
 f,_:=os.Create("/tmp/heap.prof"); pprof.Lookup("heap").WriteTo(f,0); f.Close()
 g,_:=os.Create("/tmp/gor.txt"); pprof.Lookup("goroutine").WriteTo(g,1); g.Close()
 w.Azeer.Behave()
 w.allAnswered(b.N)
 runtime.GC()
 f,_=os.Create("/tmp/heap2.prof"); pprof.Lookup("heap").WriteTo(f,0); f.Close()
}
