module sessionize

go 1.19
