package main
import ("testing";"os";"os/exec";"path/filepath";"time";"fmt";"strings")
func BenchmarkYY(b *testing.B){
 box:=roomyBox(b,0)
 for _, extra := range strings.Split(os.Getenv("VARIANTS"),";") {
 folder:=b.TempDir()
 cmd:=exec.Command("/tmp/azs","run")
 cmd.Dir=folder; cmd.Stderr=os.Stderr
 cmd.Env=[]string{"HTTP_ADDR=127.0.0.1:0","LOG_LEVEL=warn","DATABASE_URL=sqlite://"+filepath.Join(folder,"j.db")}
 cmd.Env=append(cmd.Env, strings.Fields(extra)...)
 for n,v:=range box.Env(){cmd.Env=append(cmd.Env,n+"="+v)}
 cmd.Start()
 pass(7*time.Second)
 s,_:=os.ReadFile(fmt.Sprintf("/proc/%d/status",cmd.Process.Pid))
 for _,l:=range strings.Split(string(s),"\n"){ if strings.HasPrefix(l,"Rss")||strings.HasPrefix(l,"Vm"){fmt.Print(strings.Join(strings.Fields(l)," "),"; ")}}
 fmt.Println(extra)
 cmd.Process.Kill(); cmd.Wait()
 }
}
