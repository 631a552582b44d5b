import re,subprocess,sys,os,posixpath as pp
# usage: mv.py mapfile ; lines: old new (paths without .ts, or folders ending with /)
maps=[l.split() for l in open(sys.argv[1]) if l.strip() and not l.startswith('#')]
ls=subprocess.run(['git','ls-files'],capture_output=True,text=True).stdout.split('\n')
ls=[f for f in ls if f]
mv={}
for o,n in maps:
    if o.endswith('/'):
        for f in ls:
            if f.startswith(o): mv[f]=n+f[len(o):]
    # files may be refined below
for o,n in maps:
    if o.endswith('/'): continue
    for suf in ('.ts','.test.ts','.tsx'):
        f=o+suf
        if f in ls: mv[f]=n+suf
    # package-level tests of the same name
missing=[o for o,n in maps if not any(k.startswith(o) for k in mv)]
if missing: print('MISSING',missing)
for o,n in mv.items():
    os.makedirs(pp.dirname(n),exist_ok=True); subprocess.run(['git','mv',o,n],check=True)
inv={n:o for o,n in mv.items()}
changed=0
for f in ls:
    nf=mv.get(f,f)
    if not re.search(r'\.(ts|tsx|mts|mjs|md|json|yaml|yml)$',nf) or not os.path.isfile(nf): continue
    t=open(nf,errors='ignore').read(); s=t
    if nf.endswith(('.ts','.tsx','.mts','.mjs')):
        def sub(m):
            q,spec=m[1],m[2]
            target=pp.normpath(pp.join(pp.dirname(f),spec))
            t2=mv.get(target,target)
            if t2==target and nf==f: return m[0]
            r=pp.relpath(t2,pp.dirname(nf))
            if not r.startswith('.'): r='./'+r
            return q+r+q
        s=re.sub(r"(['\"])(\.\.?/[^'\"\n]*\.tsx?)\1",sub,s)
    for o,n in mv.items():
        if o in s: s=s.replace(o,n)
    if s!=t: open(nf,'w').write(s); changed+=1
print(len(mv),'moved',changed,'edited')
