# SPDX-License-Identifier: GPL-3.0-or-later
# What is installed, and the Debian package: cmake --build build/release --target package (or cpack in build/release).
# The programs find their libraries and resources relative to themselves, so the tree may also be copied elsewhere.
include(GNUInstallDirs)
set(LATHE_LIBRARY_DIR "lib/lathe")

if(TARGET lathe-cli)
    install(TARGETS lathe-cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
if(TARGET lathe)
    install(TARGETS lathe RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
    install(FILES packaging/lathe.desktop DESTINATION ${CMAKE_INSTALL_DATADIR}/applications)
    install(FILES packaging/org.lathe.Lathe.metainfo.xml DESTINATION ${CMAKE_INSTALL_DATADIR}/metainfo)
    install(FILES resources/icons/lathe.svg DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps)
endif()

# Third-party libraries that Debian does not have, with their licences.
install(PROGRAMS "${LATHE_TORCH_DIR}/lib/libtorch_cpu.so" "${LATHE_TORCH_DIR}/lib/libc10.so" "${LATHE_TORCH_DIR}/lib/libgomp.so.1"
    "${LATHE_TORCH_DIR}/lib/libcupti.so.13" "${LATHE_TORCH_DIR}/lib/libcudart.so.13" "${LATHE_ARROW_DIR}/lib/libarrow.so.2600"
    "${LATHE_ARROW_DIR}/lib/libparquet.so.2600" DESTINATION ${LATHE_LIBRARY_DIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
install(FILES "${LATHE_TORCH_DIR}/LICENSE" DESTINATION ${CMAKE_INSTALL_DOCDIR}/licences RENAME libtorch OPTIONAL)
install(FILES "${LATHE_TORCH_DIR}/LICENSE.cuda" DESTINATION ${CMAKE_INSTALL_DOCDIR}/licences RENAME cuda-runtime OPTIONAL)
install(FILES "${LATHE_ARROW_DIR}/LICENSE.txt" DESTINATION ${CMAKE_INSTALL_DOCDIR}/licences RENAME arrow OPTIONAL)
install(FILES "${LATHE_ARROW_DIR}/NOTICE.txt" DESTINATION ${CMAKE_INSTALL_DOCDIR}/licences RENAME arrow-notice OPTIONAL)

# Samples, recipes and help, as the programs look for them in ../share/lathe.
install(DIRECTORY resources/samples resources/recipes resources/help DESTINATION ${CMAKE_INSTALL_DATADIR}/lathe OPTIONAL)
install(DIRECTORY "${LATHE_CACHE_DIR}/models" DESTINATION ${CMAKE_INSTALL_DATADIR}/lathe
    COMPONENT models EXCLUDE_FROM_ALL PATTERN ".*" EXCLUDE)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME lathe)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "The Lathe developers <lathe@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DESCRIPTION "Lathe fine-tunes open language models on your own tables, without Python and without sending data anywhere: load a table, clean it, train, watch the curves, try the result.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_COMPONENT_NAME Unspecified)
set(CPACK_STRIP_FILES OFF) # stripping libtorch takes a minute and saves nothing
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_COMPRESSION_TYPE zstd)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${LATHE_TORCH_DIR}/lib" "${LATHE_ARROW_DIR}/lib")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "fonts-dejavu-core, qt6-wayland")
include(CPack)
