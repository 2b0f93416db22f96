<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>lathe::panels::GridDialog</name>
    <message numerus="yes">
        <source>Train %n runs</source>
        <translation>
            <numerusform>Train %n run</numerusform>
            <numerusform>Train %n runs</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lathe::panels::ImportDialog</name>
    <message numerus="yes">
        <source>%n line(s) above the table</source>
        <translation>
            <numerusform>%n line above the table</numerusform>
            <numerusform>%n lines above the table</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n row(s) do not fit:</source>
        <translation>
            <numerusform>%n row does not fit:</numerusform>
            <numerusform>%n rows do not fit:</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lathe::panels::LatexPanel</name>
    <message numerus="yes">
        <source>%n beam(s)</source>
        <translation>
            <numerusform>%n beam</numerusform>
            <numerusform>%n beams</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lathe::panels::TrainPanel</name>
    <message numerus="yes">
        <source>%n runs wait until the present one has ended.</source>
        <translation>
            <numerusform>%n run waits until the present one has ended.</numerusform>
            <numerusform>%n runs wait until the present one has ended.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 tokens are read, %n labels are learnt</source>
        <translation>
            <numerusform>%1 tokens are read, %n label is learnt</numerusform>
            <numerusform>%1 tokens are read, %n labels are learnt</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lathe::shell::StatusLine</name>
    <message numerus="yes">
        <source>%1 and %n more</source>
        <translation>
            <numerusform>%1 and %n more</numerusform>
            <numerusform>%1 and %n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lathe::widgets::MetricPlot</name>
    <message numerus="yes">
        <source>%n value(s) of 0 or less not shown</source>
        <translation>
            <numerusform>%n value of 0 or less not shown</numerusform>
            <numerusform>%n values of 0 or less not shown</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lathe::widgets::format</name>
    <message numerus="yes">
        <source>About %n minute(s) left</source>
        <translation>
            <numerusform>About %n minute left</numerusform>
            <numerusform>About %n minutes left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>About %n hour(s) left</source>
        <translation>
            <numerusform>About %n hour left</numerusform>
            <numerusform>About %n hours left</numerusform>
        </translation>
    </message>
</context>
</TS>
